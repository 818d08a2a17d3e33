// `pnpm test:exactly-once --clients N --events N --seed S`: every client has every event once, whatever is cut or killed.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';
import { ensureAll } from './system.mjs';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    clients: { type: 'string', default: '50' },
    events: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});

for (const [name, value] of Object.entries(values)) {
  const least = name === 'seed' ? 0 : 1;
  if (!/^[0-9]{1,10}$/.test(value) || Number(value) < least) {
    console.error(`--${name} must be a whole number from ${least}, not ${value}`);
    process.exit(2);
  }
}

const env = {
  ...ensureAll(['redis']),
  EVENTWIRE_CLIENTS: values.clients,
  EVENTWIRE_EVENTS: values.events,
  EVENTWIRE_SEED: values.seed,
};
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
await run(process.execPath, [vitest, 'run', '--project', 'exactly-once'], { env }).catch(fail);
