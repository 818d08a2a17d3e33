import { peers } from './peers.mjs';
import { quartiles } from './statistics.mjs';
import { WorkerProcess } from './worker-process.mjs';

/** @typedef {import('./statistics.mjs').Quartiles} Quartiles */
/** @typedef {import('./peers.mjs').Peer} Peer */

/**
 * @typedef {object} Effort
 * @property {number} warm ms of warm-up for each peer
 * @property {number} round ms that a round of a peer should take
 * @property {number} mainRounds rounds of ours, of the peers that targets name and of the floors
 * @property {number} rounds rounds of the others
 * @property {number} budget ms of CPU time after which a slow peer gets no further round
 * @property {number} patience ms that the first pass over a workload may take
 */

/** @type {Effort} */
export const FULL = { warm: 250, round: 50, mainRounds: 21, rounds: 7, budget: 1500, patience: 10_000 };
/** @type {Effort} */
export const QUICK = { warm: 30, round: 10, mainRounds: 5, rounds: 3, budget: 80, patience: 4000 };

/** @typedef {{ cpu: number, wall: number }} Round milliseconds of one iteration */

/**
 * What was measured of one peer on one workload.
 * @typedef {object} Cell
 * @property {string} peer
 * @property {{ bytes: number, events: number }} [size] of one iteration
 * @property {import('./job.mjs').Verdict} [verdict]
 * @property {string} [failure] why there is nothing else
 * @property {number} [bytesPerSecond] of CPU time, median
 * @property {number} [eventsPerSecond]
 * @property {Quartiles} [ratio] the reference's throughput to this peer's, by CPU time, of paired rounds
 * @property {Quartiles} [wallRatio] the same by the clock on the wall
 * @property {Round[]} [rounds]
 */

/**
 * Measures the peers on one workload, each in its own process, in turns.
 * @param {object} task
 * @param {import('./suites.mjs').Mode} task.mode
 * @param {string} task.workload
 * @param {readonly Peer[]} task.peers the first is the reference unless it fails; then the second, and so on
 * @param {(peer: Peer) => boolean} task.isMain
 * @param {string} task.node
 * @param {number} task.seed
 * @param {Effort} task.effort
 * @returns {Promise<{ reference: string | undefined, cells: Cell[] }>}
 */
export async function measure({ mode, workload, peers: taking, isMain, node, seed, effort }) {
  const runners = taking.map((peer) => ({
    peer,
    worker: new WorkerProcess(node, [peer.name, mode, workload, String(seed)]),
    cell: /** @type {Cell} */ ({ peer: peer.name }),
    iterations: 1,
    /** @type {Round[]} */
    rounds: [],
    spent: 0,
  }));
  /** @typedef {(typeof runners)[number]} Runner */

  /** @param {Runner} runner @param {() => Promise<void>} action */
  const attempt = async (runner, action) => {
    if (runner.cell.failure !== undefined) return;
    try {
      await action();
    } catch (error) {
      runner.cell.failure = error instanceof Error ? error.message : String(error);
    }
  };

  try {
    // Nothing is measured yet: two at a time.
    const waiting = [...runners];
    const lane = async () => {
      for (let runner = waiting.shift(); runner !== undefined; runner = waiting.shift()) {
        const { worker, peer, cell } = runner;
        await attempt(runner, async () => {
          cell.size = await worker.ask('prepare');
          cell.verdict = await worker.ask('verify', 0, effort.patience);
          if (isFloor(peer) && cell.verdict.wrong > 0) throw new Error('does not apply');
        });
      }
    };
    await Promise.all([lane(), lane()]);
    for (const runner of runners) {
      await attempt(runner, async () => {
        const { iterationMilliseconds } = await runner.worker.ask('warm', effort.warm);
        runner.iterations = Math.max(1, Math.round(effort.round / Math.max(iterationMilliseconds, 0.001)));
      });
    }
    for (let round = 0; round < effort.mainRounds; round++) {
      // There and back again, so that nobody always comes after the same one.
      for (const runner of round % 2 === 0 ? runners : [...runners].reverse()) {
        if (runner.spent > effort.budget || (round >= effort.rounds && !isMain(runner.peer))) continue;
        await attempt(runner, async () => {
          const result = await runner.worker.ask('round', runner.iterations);
          runner.rounds.push(result);
          runner.spent += result.cpu * runner.iterations;
        });
      }
    }
  } finally {
    for (const { worker } of runners) worker.close();
  }

  const reference = runners.find(({ cell, peer }) => cell.failure === undefined && !isFloor(peer));
  for (const runner of runners) {
    if (runner.cell.failure === undefined && reference !== undefined) summarize(runner, reference);
  }
  return { reference: reference?.peer.name, cells: runners.map(({ cell }) => cell) };
}

/**
 * @param {{ cell: Cell, rounds: Round[] }} runner
 * @param {{ rounds: Round[] }} reference
 */
function summarize({ cell, rounds }, reference) {
  const seconds = quartiles(rounds.map(({ cpu }) => cpu)).median / 1000;
  cell.rounds = rounds;
  cell.bytesPerSecond = Math.round((cell.size?.bytes ?? 0) / seconds);
  cell.eventsPerSecond = Math.round((cell.size?.events ?? 0) / seconds);
  cell.ratio = pairedRatio(reference.rounds, rounds, 'cpu');
  cell.wallRatio = pairedRatio(reference.rounds, rounds, 'wall');
}

/**
 * How many times as fast the first is as the second, round by round.
 * @param {readonly Round[]} first @param {readonly Round[]} second @param {'cpu' | 'wall'} clock
 */
export function pairedRatio(first, second, clock) {
  const length = Math.min(first.length, second.length);
  return quartiles(
    Array.from({ length }, (_, i) => {
      const [a, b] = [/** @type {Round} */ (first[i]), /** @type {Round} */ (second[i])];
      return b[clock] / a[clock];
    }),
  );
}

/** @param {Peer} peer */
export const isFloor = (peer) => peer.name.startsWith('floor:');

/**
 * The peer's answers to the conformance data.
 * @param {{ mode: import('./suites.mjs').Mode, node: string, taking: readonly Peer[] }} task
 * @returns {Promise<{ peer: string, mode: string, verdict?: import('./job.mjs').Verdict, failure?: string }[]>}
 */
export async function judgeAll({ mode, node, taking }) {
  const judged = taking.filter((peer) => !isFloor(peer));
  return Promise.all(
    judged.map(async ({ name }) => {
      const worker = new WorkerProcess(node, [name, mode]);
      try {
        return { peer: name, mode, verdict: await worker.ask('judge') };
      } catch (error) {
        return { peer: name, mode, failure: error instanceof Error ? error.message : String(error) };
      } finally {
        worker.close();
      }
    }),
  );
}

/** @param {import('./suites.mjs').Mode} mode */
export const peersOf = (mode) => peers.filter(({ modes }) => modes.split(' ').includes(mode));
