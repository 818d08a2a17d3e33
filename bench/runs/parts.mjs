// What is measured of one store, each in a process of its own. Processor time is of that process alone.
import { setImmediate as turn } from 'node:timers/promises';
import { createChannel, createRuns, EventStreamWriter } from '@eventwire/server';
import { collectGarbage } from '../src/collect-garbage.mjs';
import { serverSink } from '../src/server-sink.mjs';

const LONG = { lease: 600_000, ttl: 3_600_000 };
const TOKEN = 'token';

/** @typedef {import('../src/stores.mjs').Opened} Opened */
/** @typedef {{ rounds: number, scale: number }} Effort `scale`: of all counts */

let written = 0;
const stream = (onOver = () => {}) =>
  new EventStreamWriter(serverSink({ onWrite: () => void written++, onOver }), { heartbeat: false });

/** @param {NodeJS.CpuUsage} since microseconds */
const cpu = (since) => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

/**
 * A work that writes a token in each turn of the event loop, as a model sends them, once the one before is
 * stored.
 * @param {number} count @returns {import('@eventwire/server').Work}
 */
const paced = (count) => async (run) => {
  for (let n = 0; n < count; n++) {
    await turn();
    await run.write(TOKEN);
  }
};

/**
 * A thousand tokens of one run, and of each of a hundred at once.
 * @param {Opened} opened @param {Effort} effort
 */
async function append({ store, size }, { rounds, scale }) {
  const runs = createRuns({ store, ...LONG });
  const tokens = 1000 * scale;
  /** @type {{ one: number[], hundred: number[], bytes: number[] }} */
  const found = { one: [], hundred: [], bytes: [] };
  for (let round = -1; round < rounds; round++) {
    for (const [kind, count] of /** @type {const} */ ([
      ['one', 1],
      ['hundred', 100],
    ])) {
      const before = await size();
      const since = process.cpuUsage();
      const started = await Promise.all(
        Array.from({ length: count }, (_, n) => runs.start(`${round}-${kind}-${n}`, paced(tokens))),
      );
      for (const { done } of started) await done;
      const rate = (count * tokens) / (cpu(since) / 1e6);
      // The first round warms up.
      if (round < 0) continue;
      found[kind].push(rate);
      if (kind === 'hundred') found.bytes.push(((await size()) - before) / (count * tokens));
    }
  }
  return found;
}

/**
 * What one event costs for one follower, of a run and of a channel.
 * @param {Opened} opened @param {Effort} effort
 */
async function follow({ store, log }, { rounds, scale }) {
  const followers = 1000 * scale;
  const events = 100;
  const runs = createRuns({ store, ...LONG });
  const channel = createChannel({ log: log() });
  /** @type {(text: string) => Promise<unknown>} */
  let write = async () => undefined;
  await runs.start('run', async (run) => {
    write = run.write;
    await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
  });
  for (let n = 0; n < followers; n++) {
    runs.follow(stream(), 'run');
    channel.subscribe(stream());
  }
  /** @param {(text: string) => unknown} publish */
  const round = async (publish) => {
    written = 0;
    const since = process.cpuUsage();
    for (let n = 1; n <= events; n++) {
      await publish(TOKEN);
      while (written < n * followers) await turn();
    }
    return cpu(since) / (events * followers);
  };
  // Until all of them are live.
  for (const publish of [write, (/** @type {string} */ text) => channel.publish(text)]) {
    written = 0;
    await publish(TOKEN);
    while (written < followers) await turn();
  }
  /** @type {{ run: number[], channel: number[], ratio: number[] }} */
  const found = { run: [], channel: [], ratio: [] };
  for (let n = -1; n < rounds; n++) {
    const channelCost = await round((text) => channel.publish(text));
    const runCost = await round((text) => write(text));
    if (n < 0) continue;
    found.channel.push(channelCost);
    found.run.push(runCost);
    found.ratio.push(runCost / channelCost);
  }
  return found;
}

/**
 * A run of ten thousand events that has ended, from the first to the end.
 * @param {Opened} opened @param {Effort} effort
 */
async function open({ store }, { rounds, scale }) {
  const runs = createRuns({ store, ...LONG });
  const { done } = await runs.start('run', paced(10_000 * scale));
  await done;
  /** @type {{ ms: number[] }} processor time */
  const found = { ms: [] };
  for (let round = -3; round < rounds; round++) {
    const since = process.cpuUsage();
    await new Promise((resolve) =>
      runs.follow(
        stream(() => resolve(undefined)),
        'run',
      ),
    );
    if (round >= 0) found.ms.push(cpu(since) / 1000);
  }
  return found;
}

/**
 * Of runs that have ended, and of followers that nothing comes for.
 * @param {Opened} opened @param {Effort} effort
 */
async function memory({ store, size }, { scale }) {
  const runs = createRuns({ store, ...LONG });
  const heap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  const [ended, quiet] = [10_000 * scale, 1000 * scale];
  const begin = async (/** @type {string} */ name) => await (await runs.start(name, paced(10))).done;
  await begin('warm');
  let [before, sizeBefore] = [heap(), await size()];
  for (let n = 0; n < ended; n += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, one) => begin(`${n + one}`)));
  }
  const endedBytes = (heap() - before) / ended;
  const storedBytes = ((await size()) - sizeBefore) / ended;
  await runs.start(
    'quiet',
    (run) => new Promise((resolve) => run.signal.addEventListener('abort', () => resolve())),
  );
  const kept = [stream()];
  runs.follow(/** @type {EventStreamWriter} */ (kept[0]), 'quiet');
  await turn();
  before = heap();
  for (let n = 0; n < quiet; n++) {
    const one = stream();
    kept.push(one);
    runs.follow(one, 'quiet');
  }
  for (let n = 0; n < 100; n++) await turn();
  return {
    ended: [endedBytes],
    stored: [storedBytes],
    quiet: [(heap() - before) / quiet],
    kept: [kept.length],
  };
}

/** @type {Record<string, (opened: Opened, effort: Effort) => Promise<Record<string, number[]>>>} */
export const parts = { append, follow, open, memory };
