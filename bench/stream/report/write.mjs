import { short, writeFiles } from '../../src/report/write-files.mjs';
import { chart } from './chart.mjs';
import { markdown } from './markdown.mjs';

/** @param {string} folder @param {import('./result.mjs').Result} result @param {readonly import('../part.mjs').Part[]} parts */
export const write = (folder, result, parts) =>
  writeFiles(folder, {
    'stream.md': markdown(result, parts),
    'stream.svg': chart(result, parts),
    'stream.json': `${JSON.stringify(result, short)}\n`,
  });
