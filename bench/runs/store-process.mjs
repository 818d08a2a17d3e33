// One part of the bench on one store. Its arguments are the store, the part and the effort as JSON. It sends what
// it has found.

import { stores } from '../src/stores.mjs';
import { parts } from './parts.mjs';

const [store = '', part = '', effort = '{}'] = process.argv.slice(2);
const opened = await stores[store]?.();
if (!opened) throw new Error(`There is no store ${store}`);
const found = await parts[part]?.(opened, JSON.parse(effort));
process.send?.(found, () => {
  opened.close();
  process.exit();
});
