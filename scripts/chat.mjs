// `npm run chat [-- port]`: the chat example, from whatever state the clone is in.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, installFrozen, root, run } from './run.mjs';

const example = join(root, 'examples/chat');

try {
  if (!existsSync(join(example, 'node_modules'))) await installFrozen([]);
  if (!existsSync(join(root, 'packages/sqlite/dist/index.js'))) {
    await run(process.execPath, [join(root, 'scripts/build.mjs')]);
  }
  await run(process.execPath, [join(example, 'src/main.mjs'), ...process.argv.slice(2)], { cwd: example });
} catch (error) {
  fail(error);
}
