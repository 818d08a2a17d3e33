// `pnpm fuzz --runs N --seed S`: holds the parser to the oracle on that many random streams, of text and of bytes.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});

for (const [name, value] of Object.entries(values)) {
  if (!/^[0-9]{1,10}$/.test(value)) {
    console.error(`--${name} must be a whole number, not ${value}`);
    process.exit(2);
  }
}

const env = { EVENTWIRE_RUNS: values.runs, EVENTWIRE_SEED: values.seed };
await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'oracle'], {
  env,
}).catch(fail);
