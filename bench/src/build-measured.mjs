// What is measured is what users get: the built packages. They are built where their output is missing or older than their source.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root } from '../../scripts/run.mjs';

/** @param {readonly string[]} [names] */
export async function buildMeasured(names = ['encoder', 'parser']) {
  for (const name of names) {
    const folder = join(root, 'packages', name);
    const output = join(folder, 'dist/index.js');
    const built = existsSync(output) ? statSync(output).mtimeMs : 0;
    const files = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' });
    if (files.every((file) => statSync(join(folder, 'src', file)).mtimeMs <= built)) continue;
    console.log(`Building @eventwire/${name}`);
    await pnpm(['--filter', `@eventwire/${name}`, 'run', 'build'], { quiet: true });
  }
}
