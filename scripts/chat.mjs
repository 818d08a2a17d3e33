// `npm run chat [-- port]`: the chat example, from whatever state the clone is in.
import { join } from 'node:path';
import { prepareExample } from './prepare.mjs';
import { fail, root, run } from './run.mjs';

const example = join(root, 'examples/chat');

try {
  await prepareExample('chat');
  await run(process.execPath, [join(example, 'src/main.mjs'), ...process.argv.slice(2)], { cwd: example });
} catch (error) {
  fail(error);
}
