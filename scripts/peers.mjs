// `pnpm test:peers --events N --seed S`: follows that many events of each server that is not ours, over connections that are cut.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';
import { ensureAll } from './system.mjs';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    events: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});

for (const [name, value] of Object.entries(values)) {
  if (!/^[0-9]{1,10}$/.test(value)) {
    console.error(`--${name} must be a whole number, not ${value}`);
    process.exit(2);
  }
}

const env = {
  ...ensureAll(['nginx']),
  EVENTWIRE_EVENTS: values.events,
  EVENTWIRE_SEED: values.seed,
};
await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'peers'], {
  env,
}).catch(fail);
