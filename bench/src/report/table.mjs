/** A table of Markdown, whose first column is text and whose others are numbers. @param {string[]} head @param {string[][]} rows */
export const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** @param {import('../statistics.mjs').Quartiles} found @param {number} [digits] */
export const spread = ({ q1, median, q3 }, digits = 2) =>
  `${median.toFixed(digits)} [${q1.toFixed(digits)}, ${q3.toFixed(digits)}]`;
