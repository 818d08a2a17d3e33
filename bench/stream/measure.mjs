import { quartiles } from '../src/statistics.mjs';

/** @typedef {import('../src/statistics.mjs').Quartiles} Quartiles */

/**
 * What was measured of one participant on one workload.
 *
 * @typedef {object} Cell
 * @property {string} participant
 * @property {string} [failure] why there is nothing else
 * @property {Quartiles} [cpu] microseconds for an event
 * @property {Quartiles} [delay] milliseconds, of the median of each round
 * @property {number[]} [rounds] microseconds for an event, one for each round
 */

/** Rounds at least that load and compile, and are not counted. */
const WARM_UP = 2;

/**
 * Measures the participants on one workload, each in a process of its own, in turns, there and back again.
 *
 * @param {object} task
 * @param {import('./part.mjs').Part} task.part
 * @param {import('./part.mjs').Workload} task.workload
 * @param {readonly import('./part.mjs').Participant[]} task.participants
 * @param {string} task.node the path of the Node
 * @param {number} task.rounds
 * @returns {Promise<Cell[]>}
 */
export async function measure({ part, workload, participants, node, rounds }) {
  const warmUp = Math.max(WARM_UP, Math.ceil((part.warmUp ?? 0) / workload.events));
  const sides = participants.map((participant) => ({
    participant,
    cell: /** @type {Cell} */ ({ participant: participant.name }),
    side: /** @type {import('./part.mjs').Side | undefined} */ (undefined),
    /** @type {import('./part.mjs').Sample[]} */
    samples: [],
  }));
  const turn = async (/** @type {(typeof sides)[number]} */ one) => {
    if (one.cell.failure !== undefined) return;
    try {
      one.side ??= await part.start({ participant: one.participant, workload, node });
      one.samples.push(await one.side.round());
    } catch (error) {
      one.cell.failure = error instanceof Error ? error.message : String(error);
      console.log(`  ${one.participant.name}: ${one.cell.failure}`);
    }
  };
  try {
    for (let round = 0; round < warmUp + rounds; round++) {
      for (const one of round % 2 === 0 ? sides : sides.toReversed()) await turn(one);
    }
  } finally {
    await Promise.all(sides.map(({ side }) => side?.stop()));
  }
  for (const { cell, samples } of sides) {
    const counted = samples.slice(warmUp);
    if (cell.failure !== undefined || counted.length === 0) continue;
    cell.rounds = counted.map(({ cpu }) => cpu);
    cell.cpu = quartiles(cell.rounds);
    const delays = counted.flatMap(({ delays = [] }) =>
      delays.length > 0 ? [quartiles(delays).median] : [],
    );
    if (delays.length > 0) cell.delay = quartiles(delays);
  }
  return sides.map(({ cell }) => cell);
}

/**
 * One cell as a share of another, of rounds side by side.
 *
 * @param {Cell | undefined} of
 * @param {Cell | undefined} to
 * @returns {Quartiles | undefined}
 */
export function ratio(of, to) {
  const pairs = (of?.rounds ?? []).flatMap((cpu, round) => {
    const other = to?.rounds?.[round];
    return other === undefined ? [] : [cpu / other];
  });
  return pairs.length === 0 ? undefined : quartiles(pairs);
}
