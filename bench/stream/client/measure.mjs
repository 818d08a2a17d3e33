// The clients of one stream, in turns: each a process of its own, on the same origin.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { quartiles } from '../../src/statistics.mjs';
import { participants } from './participants.mjs';
import { makeChunks } from './streams.mjs';

/** @typedef {Map<string, number[]>} Rounds by participant: µs of the whole process for each event */

/**
 * @param {typeof import('./streams.mjs').workloads[number]} workload
 * @param {{ node?: string, rounds?: number, only?: (name: string) => boolean }} options
 * @returns {Promise<Rounds>}
 */
export async function measureClients(workload, { node = process.execPath, rounds = 7, only = () => true }) {
  const { chunks, events, ids } = workload;
  let bytes = 0;
  for (const chunk of makeChunks(chunks, events, ids)) bytes += chunk.length;
  const origin = start('origin-process.mjs', process.execPath);
  const url = `${await answer(origin)}events?chunks=${chunks}&events=${events}${ids ? '&ids' : ''}`;
  const running = participants
    .filter(({ name }) => only(name))
    .map(({ name }) => ({
      name,
      child: start('participant-process.mjs', node, [name]),
      figures: /** @type {number[]} */ ([]),
    }));
  try {
    for (const { child } of running) await answer(child);
    // The first is for the compiler.
    for (let round = 0; round <= rounds; round++) {
      for (const { child, figures } of round % 2 ? [...running].reverse() : running) {
        child.send({ url, events, bytes });
        const figure = await answer(child);
        if (round > 0) figures.push(figure);
      }
    }
  } finally {
    for (const child of [origin, ...running.map(({ child }) => child)]) child.kill();
  }
  return new Map(running.map(({ name, figures }) => [name, figures]));
}

/** The quartiles of a's figures in relation to b's of the same round. @param {number[]} a @param {number[]} b */
export const pairedRatio = (a, b) =>
  quartiles(a.map((figure, round) => figure / /** @type {number} */ (b[round])));

/** @param {string} name @param {string} execPath @param {string[]} [args] */
const start = (name, execPath, args = []) =>
  fork(fileURLToPath(new URL(name, import.meta.url)), args, { execPath, execArgv: [] });

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<any>} */
const answer = (child) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer from ${child.spawnargs.at(-1)}`)), 60_000);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve(message);
    });
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.at(-1)} ended: ${code}`)));
  });
