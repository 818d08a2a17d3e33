import { connect } from '@eventwire/client';
import { type MswEventSource, mswEventStream } from '@eventwire/testing/msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { runSeed } from '../support/random';
import { attackInRounds, attackTimeout } from './rounds';

const url = 'http://events.test/stream';
const server = setupServer();
const faults: unknown[] = [];
const onFault = (error: unknown) => void faults.push(error);
const faultEvents = ['uncaughtException', 'unhandledRejection'] as const;

beforeAll(() => {
  server.listen({ onUnhandledRequest: 'error' });
  vi.spyOn(console, 'error').mockImplementation(() => {}); // msw's, of the sources that fail on purpose
  for (const event of faultEvents) process.on(event, onFault);
});
afterEach(() => server.resetHandlers());
afterAll(() => {
  vi.restoreAllMocks();
  server.close();
  for (const event of faultEvents) process.off(event, onFault);
});

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
const until = async (signal: AbortSignal) => {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
};

it(`a mocked stream that is left in any way closes its source, and disturbs no stream beside it (seed ${runSeed})`, {
  timeout: attackTimeout,
}, async () => {
  let open = 0;
  async function* numbered(count: number, failsAt = Number.POSITIVE_INFINITY) {
    open++;
    try {
      for (let n = 0; n < count; n++) {
        if (n === failsAt) throw new Error('on purpose');
        yield { id: String(n), data: `${n}` };
      }
    } finally {
      open--;
    }
  }
  const sources: Record<string, (request: Request) => ReturnType<typeof numbered> | Promise<Response>> = {
    short: () => numbered(3),
    endless: () => numbered(Number.POSITIVE_INFINITY),
    failing: () => numbered(5, 2),
    'failing at once': () => numbered(5, 0),
    refused: async () => new Response(null, { status: 503, headers: { 'retry-after': '0' } }),
    rejected: async () => {
      throw new Error('on purpose');
    },
    'waiting before its response': async ({ signal }) => {
      await until(signal);
      return new Response(null, { status: 204 });
    },
  };

  const leaveSome = async (random: () => number) => {
    const names = Object.keys(sources);
    const leaving = new AbortController();
    const path = `${url}/${names[Math.floor(random() * names.length)]}`;
    if (random() < 0.1) leaving.abort();
    else setTimeout(() => leaving.abort(), random() * 30);
    let response: Response | undefined;
    try {
      const fetching = fetch(path, {
        signal: leaving.signal,
        method: random() < 0.5 ? 'GET' : 'POST',
      });
      fetching.catch(() => {}); // of an abort that came first
      response = await Promise.race([fetching, until(leaving.signal).then(() => undefined)]);
      const reader = response?.body?.getReader();
      for (let reads = Math.floor(random() * 4); reads > 0; reads--)
        await Promise.race([reader?.read(), until(leaving.signal)]);
      // Unread, cancelled or released: the request's signal ends it in the end.
      // Cancelling is not awaited: msw splits a body in two, and one half waits for the other.
      if (random() < 0.5) void reader?.cancel().catch(() => {});
      else reader?.releaseLock();
    } catch {
      // aborted, or a source that failed on purpose
    }
    await until(leaving.signal);
    // msw's copies of a request follow its signal weakly: if Node has collected one, the source hears of nothing.
    if (!response?.body?.locked) void response?.body?.cancel().catch(() => {});
  };

  const before = timers();
  const rounds = await attackInRounds(async (random) => {
    const delay = random() < 0.5 ? 0 : 2;
    server.resetHandlers(
      mswEventStream(
        `${url}/:name`,
        ((request, { params }) => {
          const source = sources[decodeURIComponent(String(params.name))];
          return source?.(request) ?? [];
        }) satisfies MswEventSource,
        { delay, open: random() < 0.5 },
      ),
      mswEventStream(url, () => numbered(50), { delay: 1 }),
    );
    const beside = connect(url);
    const got: string[] = [];
    const reading = (async () => {
      for await (const { data } of beside) if (got.push(data) === 50) break;
    })();
    await Promise.all([reading, ...Array.from({ length: 12 }, () => leaveSome(random))]);
    expect(got).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
    await expect.poll(() => open, { timeout: 10_000, interval: 10 }).toBe(0);
    await expect.poll(timers, { timeout: 10_000, interval: 10 }).toBeLessThanOrEqual(before + 1);
    expect(faults).toEqual([]);
  });
  console.log(`${rounds} rounds`);
});

it('a client that comes back to a mocked stream that breaks gets each event once', async () => {
  let requests = 0;
  server.use(
    mswEventStream(url, async function* (_, { lastEventId }) {
      requests++;
      for (let n = Number(lastEventId || -1) + 1; n < 20; n++) {
        if (n % 5 === 4 && Number(lastEventId || -1) !== n - 1) throw new Error('on purpose');
        yield { id: String(n), data: `${n}` };
      }
      yield { type: 'last', data: 'x' };
    }),
  );
  const got: string[] = [];
  const stream = connect(url, {
    reconnect: { initialDelay: 1, minDelay: 1, jitter: 0 },
    terminal: ({ type }) => type === 'last',
  });
  for await (const { data } of stream) got.push(data);
  expect(got).toEqual([...Array.from({ length: 20 }, (_, n) => String(n)), 'x']);
  expect(requests).toBe(5);
  expect(faults).toEqual([]);
});
