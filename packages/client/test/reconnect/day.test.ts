import { describe, expect, it } from 'vitest';
import { type ConnectOptions, connect } from '../../src/index';
import { type Call, scriptedFetch, settle, VirtualClock } from '../helpers/script';

const HOUR = 3_600_000;

// Everything here settles within one turn of the event loop, and a day has many.
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Requests in each hour of a day in which every request is answered like this. */
async function day(answer: (call: Call) => void, options: ConnectOptions, seed = 1) {
  const { fetch, calls } = scriptedFetch();
  const clock = new VirtualClock();
  let state = seed;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647; // Lehmer's: the same day every time
    return state / 2_147_483_647;
  };
  let answered = 0;
  const answering = async (url: string, init: RequestInit) => {
    const response = fetch(url, init);
    const call = calls[answered++] as Call;
    queueMicrotask(() => answer(call));
    return response;
  };
  const stream = connect('http://localhost/', {
    fetch: answering,
    clock,
    random,
    onEvent: () => {},
    ...options,
  });
  const perHour: number[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const before = answered;
    await clock.advance(HOUR, turn);
    perHour.push(answered - before);
  }
  await settle();
  const { state: name } = stream;
  stream.close();
  expect(clock.timers.size).toBe(0);
  return { perHour, name, total: answered };
}

const openedWith = (text: string) => (call: Call) => void call.open().send(text);
const opened = (text: string) => (call: Call) => {
  openedWith(text)(call);
  call.end();
};

/** Kind of failure, answer, and the least and most requests that an hour may have. */
const kinds: [string, (call: Call) => void, ConnectOptions, number, number][] = [
  // Backoff is up to 30 s on top of 1 s: 16 s on the average.
  ['a dead server', (call) => call.fail('refused'), {}, 150, 330],
  ['503', (call) => call.refuse(503), {}, 150, 330],
  ['immediate close', opened(''), {}, 150, 330],
  // 30 s until connectTimeout, and the same backoff on top.
  ['a server that never answers', () => {}, {}, 59, 117],
  // 25 s of health each time, so that there is no more than 1 to 2 s to wait.
  ['silence after a heartbeat was announced', openedWith(': eventwire heartbeat=10000\n\n'), {}, 133, 139],
  // The server's time counts, with 0 to 30 s on top.
  ['429 with Retry-After: 60', (call) => call.refuse(429, { 'retry-after': '60' }), {}, 40, 61],
  ['429 with Retry-After: 0', (call) => call.refuse(429, { 'retry-after': '0' }), {}, 150, 330],
  ['503 with Retry-After: 99999999', (call) => call.refuse(503, { 'retry-after': '99999999' }), {}, 5, 6],
  ['retry: 0', opened('retry: 0\n\n'), {}, 150, 350],
  ['retry: 99999999999', opened('retry: 99999999999\n\n'), {}, 5, 7],
  // A clean end is no failure: the reconnection time alone.
  ['retry: 30000, an event and the end', opened('retry: 30000\ndata: x\n\n'), {}, 119, 120],
  [
    'an event and the end, in half a minute to forty seconds',
    opened('data: x\n\n'),
    { reconnect: { initialDelay: 30_000 } },
    90,
    120,
  ],
  [
    '401 whose refresh rejects',
    (call) => call.refuse(401),
    { refresh: () => Promise.reject(new Error('no')) },
    150,
    330,
  ],
  // Two at most for each wait: the attempt, and its retry.
  [
    '401 whose refresh helps no more than a moment',
    (() => {
      let count = 0;
      return (call: Call) => (count++ % 2 === 0 ? call.refuse(401) : opened('')(call));
    })(),
    { refresh: () => {} },
    300,
    660,
  ],
];

describe('a day of reconnects', { timeout: 60_000 }, () => {
  it.each(kinds)('%s', async (_, answer, options, least, most) => {
    const { perHour, name } = await day(answer, options);
    // The first hour has the quick attempts at its beginning.
    const [first = 0, ...rest] = perHour;
    expect(first).toBeLessThanOrEqual(most + 10);
    expect(Math.min(...rest)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...rest)).toBeLessThanOrEqual(most);
    expect(name).not.toBe('closed');
  });

  it.each<[string, (call: Call) => void, ConnectOptions, number]>([
    ['401', (call) => call.refuse(401), {}, 1],
    ['401 after a refresh', (call) => call.refuse(401), { refresh: () => {} }, 2],
    ['404', (call) => call.refuse(404), {}, 1],
    ['204', (call) => call.refuse(204), {}, 1],
    ['a dead server, with maxAttempts', (call) => call.fail('refused'), { reconnect: { maxAttempts: 5 } }, 5],
  ])('%s: stops', async (_, answer, options, count) => {
    const { total, name } = await day(answer, options);
    expect([total, name]).toEqual([count, 'closed']);
  });

  it('maxElapsed ends it in time', async () => {
    const { total, name } = await day((call) => call.fail('refused'), { reconnect: { maxElapsed: HOUR } });
    expect(name).toBe('closed');
    expect(total).toBeLessThanOrEqual(340);
  });
});
