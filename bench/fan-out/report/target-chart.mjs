import { page } from './page.mjs';

const LEFT = 290;
const RIGHT = 760;
const TOP = 60;
const BAR = 14;
const STEP = BAR + 10;

/** Bars of ours as a share of the peers'. @param {import('./result.mjs').Result} result */
export function targetChart({ targets, workloads }) {
  const most = Math.max(1.1, ...targets.map(({ ratio }) => ratio?.median ?? 0));
  const x = (/** @type {number} */ ratio) => Math.round(LEFT + (ratio / most) * (RIGHT - LEFT));
  const height = TOP + targets.length * STEP + 10;
  const bars = targets.flatMap(({ what, peer, ratio }, row) => {
    const y = TOP + row * STEP;
    const title = workloads.find(({ name }) => name === what)?.title ?? 'memory of an idle connection';
    const label = `<text class="small" x="${LEFT - 10}" y="${y + 11}" text-anchor="end">${title}</text>`;
    if (ratio === undefined) return [label];
    const { median } = ratio;
    return [
      label,
      `<rect class="${peer === 'nchan' ? 'b' : 'a'}" x="${LEFT}" y="${y}" width="${x(median) - LEFT}" height="${BAR}" rx="1"/>`,
      `<text class="small" x="${Math.max(x(median), x(1)) + 6}" y="${y + 11}">${median.toFixed(2)}</text>`,
    ];
  });
  return page('What Eventwire takes, as a share of what the peer takes', height, [
    `<rect class="a" x="${LEFT}" y="30" width="12" height="12" rx="2"/>`,
    `<text class="small" x="${LEFT + 18}" y="40">of better-sse's</text>`,
    `<rect class="b" x="${LEFT + 120}" y="30" width="12" height="12" rx="2"/>`,
    `<text class="small" x="${LEFT + 138}" y="40">of nchan's</text>`,
    `<line class="one" x1="${x(1)}" x2="${x(1)}" y1="${TOP - 8}" y2="${height - 8}"/>`,
    ...bars,
  ]);
}
