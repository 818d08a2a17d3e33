import { quartiles } from '../src/statistics.mjs';
import { OURS } from './servers.mjs';

/** Ours to theirs, at most. @type {readonly { what: string, peer: string, most: number }[]} */
const targets = [
  { what: 'calm', peer: 'better-sse', most: 0.75 },
  { what: 'calm', peer: 'nchan', most: 1.1 },
  { what: 'busy', peer: 'better-sse', most: 0.3 },
  { what: 'busy', peer: 'nchan', most: 0.8 },
  { what: 'bursts', peer: 'better-sse', most: 0.15 },
  { what: 'bursts', peer: 'nchan', most: 0.5 },
  { what: 'large', peer: 'better-sse', most: 0.5 },
  { what: 'large', peer: 'nchan', most: 1.1 },
  { what: 'memory', peer: 'better-sse', most: 0.75 },
  { what: 'memory', peer: 'nchan', most: 2 },
];

/**
 * @typedef {object} CheckedTarget
 * @property {string} what a workload's name, or `memory`
 * @property {string} peer
 * @property {number} most
 * @property {import('../src/statistics.mjs').Quartiles | undefined} ratio
 * @property {boolean} reached
 */

/**
 * The targets of what was measured. Ratios are taken within a round, since the machine changes from one to the next.
 * @param {import('./parts/costs.mjs').Costs} costs
 * @returns {CheckedTarget[]}
 */
export function checkTargets(costs) {
  return targets.flatMap((target) => {
    const ours = costs[target.what]?.[OURS];
    const theirs = costs[target.what]?.[target.peer];
    if (ours === undefined || theirs === undefined) return [];
    const ratios = theirs.flatMap((cost, round) => {
      const own = ours[round];
      return own === undefined ? [] : [own / cost];
    });
    const ratio = ratios.length === 0 ? undefined : quartiles(ratios);
    return [{ ...target, ratio, reached: ratio !== undefined && ratio.median <= target.most }];
  });
}
