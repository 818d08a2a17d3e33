import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../../../scripts/run.mjs';

/** Fractions with the digits that mean something. @param {string} _ @param {unknown} value */
export const short = (_, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

/**
 * Writes a report's files into a folder. Within the repository, those that its lint looks at are as it wants them.
 * @param {string} folder @param {Record<string, string>} files by name
 */
export async function writeFiles(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const names = Object.keys(files);
  const linted = names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name));
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  if (folder.startsWith(root))
    await run(process.execPath, [biome, 'format', '--write', ...linted], { quiet: true });
  console.log(`Written: ${folder}/${names.join(', ')}`);
}
