import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectOptions, connect } from '@eventwire/client';
import { EventSource } from '@eventwire/client/eventsource';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { heapInUse } from '../chaos/heap';
import { listenOnFreePort } from '../support/listen';
import { runSeed, seededRandom } from '../support/random';
import { respondBadly, respondQuickly } from './hostile-responses';
import { attackInRounds, attackTimeout } from './rounds';

/** Ms for which clients follow such a server. */
const ROUND = 1000;
/** Ms: the least between two attempts of a `connect()`, as its options say, and of an EventSource. */
const MIN_DELAY = 100;
const EVENT_SOURCE_MIN_DELAY = 100;
/** In every second round the server's responses are such that clients could come back at once. */
const isQuick = (seed: number) => seed % 2 === 1;
/** The most requests of one attempt: a fetch follows that many redirections. */
const HOPS = 21;
/** MiB that clients may leave behind, above what the first rounds did. */
const GROWTH = 8;

const faults: unknown[] = [];
const onFault = (error: unknown) => void faults.push(error);
const faultEvents = ['uncaughtException', 'unhandledRejection'] as const;
beforeAll(() => {
  for (const event of faultEvents) process.on(event, onFault);
});
afterAll(() => {
  for (const event of faultEvents) process.off(event, onFault);
});

/** A server that responds badly, always in the same way to the same request of the same seed. */
async function hostileServer() {
  /** Those that a request came over. Others, opened in advance, are the fetch's own. */
  const asked = new Set<Socket>();
  const idle = new Set<Socket>();
  const requests = new Map<string, string[]>();
  const server = createServer((socket) => {
    idle.add(socket);
    socket.on('close', () => asked.delete(socket) || idle.delete(socket));
    socket.on('error', () => {});
    let head = '';
    socket.on('data', (bytes) => {
      const before = head;
      head += bytes.toString('latin1');
      if (before.includes('\r\n\r\n') || !head.includes('\r\n\r\n')) return;
      idle.delete(socket);
      asked.add(socket);
      const [, seed = '0', client = '0'] = /^GET \/(\d+)\/(\d+)/.exec(head) ?? [];
      const heads = requests.get(`${seed}/${client}`) ?? [];
      requests.set(`${seed}/${client}`, [...heads, head]);
      const random = seededRandom(Number(seed) * 7919 + Number(client) * 101 + heads.length);
      const responded = isQuick(Number(seed))
        ? respondQuickly(socket, random, heads.length === 0)
        : respondBadly(socket, random);
      responded.catch(onFault);
    });
  });
  const url = await listenOnFreePort(server);
  return {
    url,
    asked,
    closeIdle() {
      for (const socket of idle) socket.destroy();
    },
    requestsOf: (path: string) => requests.get(path) ?? [],
    async [Symbol.asyncDispose]() {
      for (const socket of [...asked, ...idle]) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What every way of following has in common: short times, and no backoff, so that a round sees many attempts. */
const options = (): ConnectOptions => ({
  connectTimeout: 300,
  idleTimeout: 200,
  maxEventSize: 262_144,
  reconnect: { initialDelay: MIN_DELAY, minDelay: MIN_DELAY, maxServerDelay: 200, jitter: 0 },
});

interface Follower {
  /** Settles once the follower gives up by itself. */
  readonly over: Promise<unknown>;
  /** How often it began an attempt, which may be several requests: a fetch follows redirections. */
  attempts(): number;
  /** The least ms that it waited before an attempt, by the clock. */
  leastWait(): number;
  /** Leaves, and waits until the follower says that it is over. */
  close(): Promise<unknown>;
}

function follow(url: string, more: ConnectOptions, iterates = false): Follower {
  let attempts = 0;
  let leastWait = Number.POSITIVE_INFINITY;
  let waitingSince = Number.NEGATIVE_INFINITY;
  const stream = connect(url, {
    ...options(),
    ...more,
    onTrace({ type }) {
      if (type === 'waiting') waitingSince = performance.now();
      if (type !== 'connecting') return;
      attempts++;
      leastWait = Math.min(leastWait, performance.now() - waitingSince);
    },
  });
  const read = async () => {
    for await (const event of stream) if (event.data === '') await sleep(1);
  };
  const reading = iterates ? read().catch(() => {}) : undefined;
  return {
    over: stream.closed,
    attempts: () => attempts,
    leastWait: () => leastWait,
    async close() {
      stream.close();
      await Promise.all([stream.closed, reading]);
    },
  };
}

function followByEventSource(url: string): Follower {
  let attempts = 0;
  let leastWait = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const source = new EventSource(url, {
    fetch(...request) {
      attempts++;
      // It tells nobody when it begins to wait; the attempt before was earlier than that.
      leastWait = Math.min(leastWait, performance.now() - last);
      last = performance.now();
      return fetch(...request);
    },
  });
  source.onmessage = ({ lastEventId }) => {
    if (/[\0\r\n]/.test(lastEventId))
      onFault(new Error(`The id ${JSON.stringify(lastEventId)} came through`));
  };
  const over = new Promise<void>((resolve) => {
    source.onerror = () => source.readyState === EventSource.CLOSED && resolve();
  });
  return {
    over,
    attempts: () => attempts,
    leastWait: () => leastWait,
    close: async () => source.close(),
  };
}

/** The least ms between two attempts of each. */
const ways: [follow: (url: string) => Follower, minDelay: number][] = [
  [(url) => follow(url, { onEvent: () => {} }), MIN_DELAY],
  [(url) => follow(url, { onEvent: () => sleep(5), ack: true, onComment: () => {} }), MIN_DELAY],
  [(url) => follow(url, { onQueueFull: 'drop-oldest', maxQueuedEvents: 3 }, true), MIN_DELAY],
  [(url) => follow(url, { decode: 'json', onInvalid: 'skip', lastEventIdParam: 'after' }, true), MIN_DELAY],
  [followByEventSource, EVENT_SOURCE_MIN_DELAY],
];

const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

it(`no hostile server makes a client crash, hurry or leave something behind (seed ${runSeed})`, {
  timeout: attackTimeout,
}, async () => {
  await using server = await hostileServer();
  // The first fetch of a process is slow: it would be most of the first round.
  await fetch('http://127.0.0.1:1/').catch(() => {});
  const before = sockets();
  const heaps: number[] = [];
  let requests = 0;
  /** One follower after the other, until the round is over. */
  const followUntil = async (
    end: Promise<unknown>,
    seed: number,
    seat: number,
    [follow, minDelay]: (typeof ways)[number],
  ) => {
    let over = false;
    end.then(() => {
      over = true;
    });
    for (let n = 0; !over; n++) {
      const path = `${seed}/${n * 100 + seat}`;
      const follower = follow(`${server.url}/${path}`);
      await Promise.race([end, follower.over]);
      await follower.close();
      const heads = server.requestsOf(path);
      requests += heads.length;
      // Node counts a timer from the beginning of its turn, which may be some ms ago.
      expect(follower.leastWait()).toBeGreaterThanOrEqual(minDelay * 0.7);
      expect(heads.length).toBeLessThanOrEqual(follower.attempts() * HOPS);
      for (const head of heads) {
        const [, id = ''] = /^last-event-id: (.*)$/im.exec(head) ?? [];
        expect(id.length).toBeLessThanOrEqual(4096);
        expect(head).not.toMatch(/[\0\x1b]/);
      }
    }
  };
  const rounds = await attackInRounds(async (_, seed) => {
    const end = sleep(ROUND);
    const seats = Array.from({ length: isQuick(seed) ? 1 : 4 }, () => ways).flat();
    await Promise.all(seats.map((way, seat) => followUntil(end, seed, seat, way)));
    // What its follower has not closed by now nobody will.
    await expect.poll(() => server.asked.size, { timeout: 10_000, interval: 10 }).toBe(0);
    const left = () => {
      server.closeIdle();
      return sockets();
    };
    await expect.poll(left, { timeout: 10_000, interval: 10 }).toBeLessThanOrEqual(before);
    expect(faults).toEqual([]);
    heaps.push(heapInUse());
  });
  console.log(`${rounds} rounds, ${requests} requests, heap ${heaps.at(-1)} MiB`);
  const early = Math.max(...heaps.slice(0, 5));
  expect(heaps.at(-1)).toBeLessThan(early + GROWTH);
});
