// Bars of the parser's ratios to its main peer, drawn by hand: a chart library would be larger than the rest of the bench.
import { parseWorkloads } from '../parse-workloads.mjs';

const SERIES = [
  { mode: 'parse-text', node: 24, label: 'text, Node 24', name: 'a' },
  { mode: 'parse-bytes', node: 24, label: 'bytes, Node 24', name: 'b' },
  { mode: 'parse-bytes', node: 20, label: 'bytes, Node 20', name: 'c' },
];
const LEFT = 220;
const RIGHT = 60;
const WIDTH = 820;
const TOP = 72;
const BAR = 12;
const GAP = 14;
const TICKS = [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

/**
 * @param {readonly import('../targets.mjs').CheckedTarget[]} targets
 * @returns {string} an SVG that follows the reader's light or dark scheme
 */
export function chart(targets) {
  const rows = parseWorkloads.map(({ name, title }) => ({
    title,
    bars: SERIES.map((series) => ({
      ...series,
      target: targets.find(
        ({ mode, node, workload }) => mode === series.mode && node === series.node && workload === name,
      ),
    })),
  }));
  const values = targets
    .filter(({ mode }) => mode.startsWith('parse-'))
    .flatMap(({ measured }) => (measured === undefined ? [] : [measured.median]));
  const low = Math.log2(0.9 * Math.min(1, ...values));
  const high = Math.log2(1.15 * Math.max(2, ...values));
  // Ratios on a logarithmic axis: twice as fast and half as fast are as far from 1.
  const x = (/** @type {number} */ ratio) =>
    Math.round(10 * (LEFT + ((Math.log2(ratio) - low) / (high - low)) * (WIDTH - LEFT - RIGHT))) / 10;
  const height = TOP + rows.length * (SERIES.length * BAR + GAP) + 10;

  const ticks = TICKS.filter((tick) => Math.log2(tick) > low && Math.log2(tick) < high).map(
    (tick) =>
      `<line class="${tick === 1 ? 'one' : 'grid'}" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 8}" y2="${height - 10}"/>` +
      `<text class="small" x="${x(tick)}" y="${TOP - 14}" text-anchor="middle">${tick}x</text>`,
  );
  const legend = SERIES.map(
    ({ label, name }, i) =>
      `<rect class="${name}" x="${LEFT + i * 150}" y="30" width="12" height="12" rx="2"/>` +
      `<text class="small" x="${LEFT + i * 150 + 18}" y="40">${label}</text>`,
  );
  const bars = rows.flatMap(({ title, bars }, i) => {
    const y = TOP + i * (SERIES.length * BAR + GAP);
    return [
      `<text x="${LEFT - 12}" y="${y + (SERIES.length * BAR) / 2 + 4}" text-anchor="end">${title}</text>`,
      ...bars.map(({ name, target }, j) => drawBar(name, target, y + j * BAR, x)),
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Parsing: throughput of Eventwire as a multiple of eventsource-parser's, by workload</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px } .head { font-weight: 600 }
.a { fill: #1f6feb } .b { fill: #1a7f37 } .c { fill: #9a6700 }
.grid { stroke: #d1d9e0 } .one { stroke: #1f2328 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .a { fill: #4493f8 } .b { fill: #3fb950 } .c { fill: #d29922 }
.grid { stroke: #3d444d } .one { stroke: #f0f6fc }
}
</style>
<text class="head" x="12" y="20">Eventwire's throughput as a multiple of eventsource-parser's</text>
${legend.join('\n')}
${ticks.join('\n')}
${bars.filter((bar) => bar !== '').join('\n')}
</svg>
`;
}

/**
 * @param {string} name @param {import('../targets.mjs').CheckedTarget | undefined} target
 * @param {number} y @param {(ratio: number) => number} x
 */
function drawBar(name, target, y, x) {
  if (target?.measured === undefined) return '';
  const { median } = target.measured;
  const [from, to] = median < 1 ? [x(median), x(1)] : [x(1), x(median)];
  return (
    `<rect class="${name}" x="${from}" y="${y}" width="${Math.round(10 * (to - from)) / 10}" height="${BAR - 2}" rx="1"/>` +
    `<text class="small" x="${to + 5}" y="${y + BAR - 3}">${median.toFixed(2)}</text>`
  );
}
