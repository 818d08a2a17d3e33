// `pnpm test:memory --subscribers N`: what a channel's process holds where one subscriber in ten never reads, for each policy.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { subscribers: { type: 'string', default: '1000' } },
});

if (!/^[1-9][0-9]{0,4}0$/.test(values.subscribers)) {
  console.error(`--subscribers must be a multiple of ten below a million, not ${values.subscribers}`);
  process.exit(2);
}

const env = { EVENTWIRE_SUBSCRIBERS: values.subscribers };
await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'memory'], {
  env,
}).catch(fail);
