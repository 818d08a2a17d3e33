import { short, writeFiles } from '../../src/report/write-files.mjs';
import { growthChart } from './growth-chart.mjs';
import { markdown } from './markdown.mjs';
import { targetChart } from './target-chart.mjs';

/** @param {string} folder @param {import('./result.mjs').Result} result */
export const write = (folder, result) =>
  writeFiles(folder, {
    'fan-out.md': markdown(result),
    'fan-out.svg': targetChart(result),
    'fan-out-growth.svg': growthChart(result.growth),
    'fan-out.json': `${JSON.stringify(result, short)}\n`,
  });
