import { OURS } from '../servers.mjs';
import { page } from './page.mjs';

const LEFT = 70;
const RIGHT = 780;
const TOP = 50;
const BOTTOM = 320;

/** A server's marks: ours in the reports' colour for ours. @type {Record<string, string>} */
const CLASSES = { [OURS]: 'a', nchan: 'b' };

/**
 * Processor time of one event in all, over connections; the dashed line goes through nothing and our last point.
 * @param {readonly import('../parts/growth.mjs').Growth[]} growth
 */
export function growthChart(growth) {
  const points = growth.map(({ name, connections, cost }) => ({
    ...{ name, connections, total: (cost * connections) / 1000 },
  }));
  const ours = points.filter(({ name }) => name === OURS);
  const last = ours.at(-1) ?? { connections: 1, total: 1 };
  const most = Math.max(last.total, ...points.map(({ total }) => total));
  const x = (/** @type {number} */ count) =>
    Math.round(LEFT + (count / last.connections) * (RIGHT - LEFT - 20));
  const y = (/** @type {number} */ ms) => Math.round(BOTTOM - (ms / most) * (BOTTOM - TOP - 20));
  const lines = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y(share * most)}" y2="${y(share * most)}"/>`,
    `<text class="small" x="${LEFT - 8}" y="${y(share * most) + 4}" text-anchor="end">${(share * most).toFixed(1)}</text>`,
  ]);
  const names = [...new Set(points.map(({ name }) => name))];
  return page('Milliseconds of processor time for one event, by connections', BOTTOM + 40, [
    ...lines,
    `<line class="fit" x1="${x(0)}" y1="${y(0)}" x2="${x(last.connections)}" y2="${y(last.total)}"/>`,
    ...names.flatMap((name, index) => [
      `<circle class="${CLASSES[name] ?? 'c'}" cx="${LEFT + 18 + index * 110}" cy="40" r="4"/>`,
      `<text class="small" x="${LEFT + 28 + index * 110}" y="44">${name}</text>`,
    ]),
    ...points.map(
      ({ name, connections, total }) =>
        `<circle class="${CLASSES[name] ?? 'c'}" cx="${x(connections)}" cy="${y(total)}" r="4"/>`,
    ),
    // Below a thousand the numbers would lie on each other.
    ...ours
      .filter(({ connections }) => connections >= 1000)
      .map(
        ({ connections }) =>
          `<text class="small" x="${x(connections)}" y="${BOTTOM + 18}" text-anchor="middle">${connections}</text>`,
      ),
  ]);
}
