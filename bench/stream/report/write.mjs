import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../../../scripts/run.mjs';
import { chart } from './chart.mjs';
import { markdown } from './markdown.mjs';

/** @param {string} folder @param {import('./result.mjs').Result} result @param {readonly import('../part.mjs').Part[]} parts */
export async function write(folder, result, parts) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'stream.md'), markdown(result, parts));
  writeFileSync(join(folder, 'stream.svg'), chart(result, parts));
  const short = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  const data = join(folder, 'stream.json');
  writeFileSync(data, `${JSON.stringify(result, short)}\n`);
  // As the repository's lint wants it.
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  if (folder.startsWith(root))
    await run(process.execPath, [biome, 'format', '--write', data], { quiet: true });
  console.log(`Written: ${folder}/stream.md, stream.svg, stream.json`);
}
