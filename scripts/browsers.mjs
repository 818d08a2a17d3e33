// `pnpm test:browsers --streams N --scenarios N --seed S`: holds the parser, and our EventSource, to the EventSource of real
// Chromium and Firefox.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';
import { ensureAll } from './system.mjs';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    streams: { type: 'string', default: '2000' },
    scenarios: { type: 'string', default: '400' },
    seed: { type: 'string', default: '20260101' },
  },
});

for (const [name, value] of Object.entries(values)) {
  if (!/^[0-9]{1,10}$/.test(value)) {
    console.error(`--${name} must be a whole number, not ${value}`);
    process.exit(2);
  }
}

const env = {
  ...ensureAll(['chromium', 'firefox']),
  EVENTWIRE_STREAMS: values.streams,
  EVENTWIRE_SCENARIOS: values.scenarios,
  EVENTWIRE_SEED: values.seed,
};
await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'browsers'], {
  env,
}).catch(fail);
