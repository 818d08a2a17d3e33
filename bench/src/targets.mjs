import { pairedRatio } from './measure.mjs';

/**
 * @typedef {object} Target
 * @property {import('./suites.mjs').Mode} mode
 * @property {number} node major version
 * @property {string} workload
 * @property {string} ours
 * @property {string} peer
 * @property {number} ratio how many times as fast as the peer ours should be, at least
 */

/** @typedef {Target & { measured?: import('./statistics.mjs').Quartiles, reached: boolean }} CheckedTarget */

/**
 * The targets of what was measured, with what was found. A target whose cells failed is not reached.
 * @param {readonly import('./report/result.mjs').Measured[]} measured
 * @param {readonly Target[]} targets
 * @returns {CheckedTarget[]}
 */
export function checkTargets(measured, targets) {
  /** @param {Target} target @returns {CheckedTarget[]} */
  const check = (target) => {
    const found = measured.find(
      ({ node, mode, workload }) =>
        node.startsWith(`v${target.node}.`) && mode === target.mode && workload === target.workload,
    );
    const cellOf = (/** @type {string} */ name) => found?.cells.find(({ peer }) => peer === name);
    const [ours, peer] = [cellOf(target.ours), cellOf(target.peer)];
    if (ours === undefined || peer === undefined) return [];
    if (ours.rounds === undefined || peer.rounds === undefined) return [{ ...target, reached: false }];
    const ratio = pairedRatio(ours.rounds, peer.rounds, 'cpu');
    return [{ ...target, measured: ratio, reached: ratio.median >= target.ratio }];
  };
  return targets.flatMap(check);
}
