// `pnpm test:soak --minutes N --clients N --seed S`: the chaos for that long, with a look at memory and handles every few seconds; and so many
// clients that come to a server and go, with its memory before and after.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});

for (const [name, value] of Object.entries(values)) {
  if (!/^[0-9]{1,10}$/.test(value) || (name !== 'seed' && Number(value) === 0)) {
    console.error(`--${name} must be a whole number, not ${value}`);
    process.exit(2);
  }
}

const env = {
  EVENTWIRE_MINUTES: values.minutes,
  EVENTWIRE_ARRIVALS: values.clients,
  EVENTWIRE_SEED: values.seed,
};
await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'soak'], {
  env,
}).catch(fail);
