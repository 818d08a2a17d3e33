// `npm run hub [-- port]`: the hub example, from whatever state the clone is in.
import { join } from 'node:path';
import { prepareExample } from './prepare.mjs';
import { fail, root, run } from './run.mjs';

const example = join(root, 'examples/hub');

try {
  await prepareExample('hub');
  await run(process.execPath, [join(example, 'src/main.mjs'), ...process.argv.slice(2)], { cwd: example });
} catch (error) {
  fail(error);
}
