// `npm run chat` and `npm run hub`, with what follows them: that example, from whatever state the clone is in.
import { join } from 'node:path';
import { prepareExample } from './prepare.mjs';
import { fail, root, run } from './run.mjs';

const [name = '', ...args] = process.argv.slice(2);
const example = join(root, 'examples', name);

try {
  await prepareExample(name);
  await run(process.execPath, [join(example, 'src/main.mjs'), ...args], { cwd: example });
} catch (error) {
  fail(error);
}
