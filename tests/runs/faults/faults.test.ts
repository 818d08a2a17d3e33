import { connect } from '@eventwire/client';
import { EventSource } from '@eventwire/client/eventsource';
import { createSqliteLog } from '@eventwire/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../scripts/free-port.mjs';
import { createCuttingProxy } from '../../support/cutting-proxy';
import { type NodeProgram, nodeProgram } from '../../support/node-process';
import { openSqlite } from '../../support/open-sqlite';
import { runSeed, seededRandom } from '../../support/random';
import { startRedis } from '../../support/redis-server';
import { databaseFolder } from '../../support/sqlite-databases';
import { textOf } from './text';

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const runs = number('EVENTWIRE_RUNS', 4);
const readers = number('EVENTWIRE_READERS', 3);
const tokens = number('EVENTWIRE_TOKENS', 150);
const kills = number('EVENTWIRE_KILLS', 8);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

let server: NodeProgram;
let appender: NodeProgram;
beforeAll(async () => {
  server = await nodeProgram(new URL('./run-server.ts', import.meta.url));
  appender = await nodeProgram(new URL('./append-server.ts', import.meta.url));
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await appender?.[Symbol.asyncDispose]();
});

/** Ms: several attempts may fail in a row, with up to half a minute between two of them. */
const SILENCE = 240_000;

/** As a browser does: it comes back by itself, and is told by 204 that there is no more. */
async function byEventSource(url: string): Promise<string[]> {
  const seen: string[] = [];
  let asking = 'not asked yet';
  const source = new EventSource(url, {
    fetch: async (...request) => {
      asking = 'no answer yet';
      try {
        const response = await fetch(...request);
        asking = `answered with ${response.status}`;
        return response;
      } catch (error) {
        asking = `failed: ${error}`;
        throw error;
      }
    },
  });
  await new Promise<void>((resolve, reject) => {
    const silent = () => {
      const state = `readyState ${source.readyState}, request: ${asking}`;
      reject(new Error(`${url} has told nothing for ${SILENCE} ms after ${seen.length} events, ${state}`));
      source.close();
    };
    let timer = setTimeout(silent, SILENCE);
    source.onmessage = ({ data }) => {
      seen.push(data);
      clearTimeout(timer);
      timer = setTimeout(silent, SILENCE);
    };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      resolve();
    };
  });
  return seen;
}

/** Readers on two servers, cut at random, while the servers are killed one after the other. */
async function follow(kind: string, where: string, disturb: () => Promise<void>): Promise<void> {
  const random = seededRandom(runSeed);
  const args = (port: number) => [kind, where, String(port), String(runs), String(tokens)];
  const ports = [await freePort(), await freePort()] as const;
  const processes = [await server.start(args(ports[0])), await server.start(args(ports[1]))];
  const cut = () => Math.floor(random() ** 2 * 6000);
  await using first = await createCuttingProxy(ports[0], cut);
  await using second = await createCuttingProxy(ports[1], cut);
  const gaps: unknown[] = [];
  const reading = Array.from({ length: runs * readers }, async (_, n) => {
    const [run, urls] = [n % runs, [first.url, second.url]];
    // As many by each, in the long form.
    if (readers >= 10 && Math.floor(n / runs) % 2 === 1)
      return { run, seen: await byEventSource(`${urls[n % 2]}/run%20${run}`) };
    let attempt = n;
    const stream = connect(() => `${urls[attempt++ % 2]}/run%20${run}`, {
      reconnect: { initialDelay: 50, maxDelay: 200 },
      onGap: (gap) => void gaps.push(gap),
    });
    const seen: string[] = [];
    for await (const { data } of stream) seen.push(data);
    expect((await stream.closed).reason).toBe('ended');
    return { run, seen };
  });
  let over = false;
  const all = Promise.all(reading).finally(() => {
    over = true;
  });
  for (let turn = 0; !over && turn < kills; turn++) {
    await sleep(300 + random() * 400);
    await processes[turn % 2]?.kill();
    if (turn === 1) await disturb();
    processes[turn % 2] = await server.start(args(ports[turn % 2] ?? 0));
  }
  const read = await all;
  for (const one of processes) await one?.kill();
  for (const { run, seen } of read) {
    expect(seen.join(''), `run ${run} on ${kind}, seed ${runSeed}`).toBe(textOf(run, tokens).join(''));
  }
  expect(gaps).toEqual([]);
  expect(first.cuts.length + second.cuts.length).toBeGreaterThan(0);
}

describe(`${runs} runs with ${readers} readers each (seed ${runSeed})`, () => {
  it('are read whole, once, by every reader: on SQLite, cut, their producers killed', async () => {
    const files = await databaseFolder();
    const path = files.next();
    await follow('sqlite', path, async () => {});
    const database = openSqlite(path);
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    database.close();
    await files.dispose();
  });

  it('are read whole, once, by every reader: on Redis, cut, their producers killed, and Redis too', async () => {
    await using redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always');
    await follow('redis', redis.url, async () => {
      await redis.kill();
      await redis.start();
    });
  });
});

it(`a log in SQLite is whole after each of ${kills * 2} kills in the middle of appends`, async () => {
  const random = seededRandom(runSeed);
  const files = await databaseFolder();
  const path = files.next();
  let most = 0;
  for (let round = 0; round < kills * 2; round++) {
    const process = await appender.start([path]);
    await sleep(5 + random() * 60);
    await process.kill();
    const database = openSqlite(path);
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    const log = createSqliteLog({ database, maxEvents: 1_000_000 });
    // What was there when the process began is there still, and the numbers have no hole.
    const newest = Number((await log.lastId()).split('.')[1]);
    expect(newest).toBeGreaterThanOrEqual(Number(process.said.next) - 1);
    let count = 0;
    for (let after = ''; ; ) {
      const { events, gap } = await log.read(after, { limit: 1000 });
      expect(gap).toBe(false);
      // One expectation for each event would take most of the time.
      const numbers = events.map(({ event }) => Number(String(event.data).split(' ')[0]));
      expect(numbers.find((number) => number !== ++count)).toBeUndefined();
      if (events.length === 0) break;
      after = events.at(-1)?.id ?? after;
    }
    expect(count).toBe(newest);
    most = newest;
    database.close();
  }
  expect(most).toBeGreaterThan(0);
  await files.dispose();
});
