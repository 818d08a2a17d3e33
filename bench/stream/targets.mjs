import { ratio } from './measure.mjs';

/**
 * @typedef {import('./part.mjs').Target & {
 *   node: string,
 *   measured: import('../src/statistics.mjs').Quartiles | undefined,
 *   peer: string | undefined,
 *   reached: boolean,
 * }} CheckedTarget
 */

/**
 * @param {import('./part.mjs').Part} part
 * @param {string} workload
 * @param {string} node
 * @param {readonly import('./measure.mjs').Cell[]} cells
 * @returns {CheckedTarget[]}
 */
export function checkTargets(part, workload, node, cells) {
  return part.targets
    .filter((target) => target.workload === workload)
    .map((target) => {
      const of = cells.find(({ participant }) => participant === target.of);
      const to = target.to === 'best peer' ? bestPeer(part, cells) : byName(cells, target.to);
      const measured = ratio(of, to);
      const reached = measured !== undefined && measured.median <= target.most;
      return { ...target, node, measured, peer: to?.participant, reached };
    });
}

/** @param {import('./part.mjs').Part} part @param {readonly import('./measure.mjs').Cell[]} cells */
function bestPeer({ participants }, cells) {
  const isPeer = (/** @type {string} */ name) =>
    participants.find((one) => one.name === name)?.role === 'peer';
  return cells
    .filter(({ participant, cpu }) => cpu !== undefined && isPeer(participant))
    .reduce(
      (/** @type {import('./measure.mjs').Cell | undefined} */ best, cell) =>
        best?.cpu && cell.cpu && best.cpu.median <= cell.cpu.median ? best : cell,
      undefined,
    );
}

/** @param {readonly import('./measure.mjs').Cell[]} cells @param {string} name */
const byName = (cells, name) => cells.find(({ participant }) => participant === name);
