import { page } from './page.mjs';

const LEFT = 70;
const RIGHT = 780;
const TOP = 50;
const BOTTOM = 320;

/** Processor time of one event in all, over connections; the dashed line goes through nothing and the last point. @param {readonly import('../parts/growth.mjs').Growth[]} growth */
export function growthChart(growth) {
  const points = growth.map(({ connections, cost }) => ({ connections, total: (cost * connections) / 1000 }));
  const last = points.at(-1) ?? { connections: 1, total: 1 };
  const x = (/** @type {number} */ count) =>
    Math.round(LEFT + (count / last.connections) * (RIGHT - LEFT - 20));
  const y = (/** @type {number} */ ms) => Math.round(BOTTOM - (ms / last.total) * (BOTTOM - TOP - 20));
  const lines = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y(share * last.total)}" y2="${y(share * last.total)}"/>`,
    `<text class="small" x="${LEFT - 8}" y="${y(share * last.total) + 4}" text-anchor="end">${(share * last.total).toFixed(1)}</text>`,
  ]);
  return page('Milliseconds of the processor for one event, by connections', BOTTOM + 40, [
    ...lines,
    `<line class="fit" x1="${x(0)}" y1="${y(0)}" x2="${x(last.connections)}" y2="${y(last.total)}"/>`,
    ...points.flatMap(({ connections, total }) => [
      `<circle class="a" cx="${x(connections)}" cy="${y(total)}" r="4"/>`,
      // Below a thousand the names would lie on each other.
      connections < 1000
        ? ''
        : `<text class="small" x="${x(connections)}" y="${BOTTOM + 18}" text-anchor="middle">${connections}</text>`,
    ]),
  ]);
}
