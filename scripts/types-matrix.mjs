// `pnpm test:types`: the packed packages under every TypeScript and every platform's types; `npm test`
// tries some of them.
import { join } from 'node:path';
import { fail, root, run } from './run.mjs';

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
await run(process.execPath, [vitest, 'run', '--project', 'types'], { env: { EVENTWIRE_TYPES: 'all' } }).catch(
  fail,
);
