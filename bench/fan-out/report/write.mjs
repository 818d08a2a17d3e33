import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../../../scripts/run.mjs';
import { growthChart } from './growth-chart.mjs';
import { markdown } from './markdown.mjs';
import { targetChart } from './target-chart.mjs';

/** @param {string} folder @param {import('./result.mjs').Result} result */
export async function write(folder, result) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'fan-out.md'), markdown(result));
  writeFileSync(join(folder, 'fan-out.svg'), targetChart(result));
  writeFileSync(join(folder, 'fan-out-growth.svg'), growthChart(result.growth));
  const plain = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  const data = join(folder, 'fan-out.json');
  writeFileSync(data, `${JSON.stringify(result, plain)}\n`);
  // As the repository's lint wants it.
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  if (folder.startsWith(root))
    await run(process.execPath, [biome, 'format', '--write', data], { quiet: true });
  console.log(`Written: ${folder}/fan-out.md, fan-out.svg, fan-out-growth.svg, fan-out.json`);
}
