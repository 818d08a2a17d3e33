import { setImmediate } from 'node:timers/promises';
import { type ConnectContext, type ConnectOptions, type ConnectUrl, connect } from '@eventwire/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { attackInRounds, attackTimeout } from './rounds';

const STREAM = { 'content-type': 'text/event-stream' };
const conventions = ': eventwire\n\nevent: eventwire:gap\ndata: {}\n\nevent: eventwire:lagged\ndata: {}\n\n';
const events = 'id: 1\ndata: 1\n\nretry: 1\n\n: comment\n\nid: 2\ndata: 2\n\nevent: other\ndata: x\n\n';

/** What a server does with one request. */
const answers: Record<string, () => Response | Promise<Response>> = {
  stream: () => new Response(conventions + events, { headers: STREAM }),
  open: () =>
    new Response(new ReadableStream({ start: (body) => body.enqueue(bytes(events)) }), { headers: STREAM }),
  endless: () => {
    const pull = async (body: ReadableStreamDefaultController) => {
      await setImmediate(); // as a socket does
      body.enqueue(bytes(events));
    };
    return new Response(new ReadableStream({ pull }), { headers: STREAM });
  },
  end: () => new Response(`${conventions}event: eventwire:end\ndata: {}\n\n`, { headers: STREAM }),
  'no content': () => new Response(null, { status: 204 }),
  unauthorized: () => new Response('who are you?', { status: 401 }),
  busy: () => new Response('later', { status: 503, headers: { 'retry-after': '0' } }),
  redirect: () => new Response(null, { status: 307, headers: { location: '/there' } }),
  network: () => Promise.reject(new TypeError('no network')),
  silence: () => new Promise(() => {}),
};
const bytes = (text: string) => new TextEncoder().encode(text);

/** Every function that connect() can be given: what it does by itself. */
const functions = {
  url: () => 'http://localhost/',
  headers: () => ({ 'x-mine': '1' }),
  body: () => 'body',
  fetch: () => undefined, // see below
  shouldReconnect: () => undefined,
  refresh: () => {},
  redirect: () => 'follow',
  decode: (data: string) => data,
  validate: (value: unknown) => ({ value }),
  onInvalid: () => 'skip',
  terminal: ({ data }: { data: string }) => data === 'never',
  onEvent: () => {},
  onOpen: () => {},
  onComment: () => {},
  onReconnect: () => {},
  onGap: () => {},
  onLagged: () => {},
  onClose: () => {},
  onTrace: () => {},
  random: () => 0.5,
  now: () => Date.now(),
  setTimeout: (callback: () => void, ms: number) => setTimeout(callback, Math.min(ms, 3)),
  clearTimeout: (handle: ReturnType<typeof setTimeout>) => clearTimeout(handle),
  abort: () => {}, // a listener of the attempt's signal
} satisfies Record<string, (...args: never[]) => unknown>;
type FunctionName = keyof typeof functions;
const names = Object.keys(functions) as FunctionName[];

type Deed = 'close' | 'reconnect' | 'abort' | 'throw' | 'throw what has no text' | 'reject';
const deeds: Deed[] = ['close', 'reconnect', 'abort', 'throw', 'throw what has no text', 'reject'];

const uncaught: unknown[] = [];
const onUncaught = (error: unknown) => void uncaught.push(error);
beforeAll(() => {
  vi.stubGlobal('reportError', () => {});
  process.on('unhandledRejection', onUncaught).on('uncaughtException', onUncaught);
});
afterAll(() => {
  process.off('unhandledRejection', onUncaught).off('uncaughtException', onUncaught);
  vi.unstubAllGlobals();
});

/** One stream, in which the function `name` does `deed` at its call number `moment`. */
async function play(name: FunctionName, deed: Deed, moment: number, random: () => number): Promise<void> {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const timers = new Set<unknown>();
  let calls = 0;
  let over: 'closed' | undefined;
  let requests = 0;
  let afterEnd = 0;
  const live = new Set<AbortSignal>();
  const controller = new AbortController();
  const listeners = countListeners(controller.signal);

  const act = () => {
    if (deed === 'close') stream?.close();
    if (deed === 'reconnect') stream?.reconnect();
    if (deed === 'abort') controller.abort();
    if (deed === 'close' || deed === 'abort') over = stream && 'closed';
    if (deed === 'throw') throw new Error(`mine, in ${name}`);
    if (deed === 'throw what has no text') throw Object.create(null);
    return deed === 'reject' ? Promise.reject(new Error(`mine, in ${name}`)) : undefined;
  };
  const acting =
    (which: FunctionName) =>
    (...args: never[]) => {
      const usual = () => (functions[which] as (...args: never[]) => unknown)(...args);
      if (which !== name || ++calls !== moment) return usual();
      return act() ?? usual();
    };
  const own = Object.fromEntries(names.map((which) => [which, acting(which)])) as Record<FunctionName, never>;
  const onAbort = acting('abort');
  const {
    url,
    now,
    setTimeout: set,
    clearTimeout: clear,
    validate,
    abort,
    fetch,
    body,
    decode,
    onInvalid,
    ...rest
  } = own;
  const withSchema = random() < 0.5 || name === 'validate';
  const isPost = random() < 0.5 || name === 'body';

  const options = {
    ...rest,
    ...(isPost && { method: 'POST', body }),
    ...(withSchema
      ? { schema: { message: { '~standard': { version: 1, vendor: 'test', validate } } } }
      : { decode }),
    onInvalid: random() < 0.5 || name === 'onInvalid' ? onInvalid : 'skip',
    ack: random() < 0.5,
    signal: controller.signal,
    reconnect:
      random() < 0.1
        ? false
        : { initialDelay: 1, minDelay: 1, maxDelay: 2, maxAttempts: pick([2, 9, Infinity]) },
    connectTimeout: pick([5, 30_000]),
    idleTimeout: pick([5, false]),
    onQueueFull: pick(['pause', 'drop-oldest', 'close']),
    lastEventId: pick(['', '0']),
    clock: {
      now,
      setTimeout: (callback: () => void, ms: number) => {
        const handle = (set as typeof setTimeout)(() => {
          timers.delete(handle);
          callback();
        }, ms);
        if (typeof handle === 'object' && handle && 'hasRef' in handle) timers.add(handle);
        return handle;
      },
      clearTimeout: (handle: never) => {
        timers.delete(handle);
        // One that fails has stopped its timer all the same.
        try {
          return (clear as typeof clearTimeout)(handle);
        } finally {
          clearTimeout(handle);
        }
      },
    },
    fetch: (_: string, init: RequestInit) => {
      requests++;
      if (over) afterEnd++;
      const signal = init.signal as AbortSignal;
      live.add(signal);
      signal.addEventListener('abort', () => {
        live.delete(signal);
        // What a listener throws is Node's to report.
        void (async () => onAbort())().catch(() => {});
      });
      return (fetch as () => unknown)() ?? answers[pick(Object.keys(answers))]?.();
    },
  } as unknown as ConnectOptions;

  let stream: ReturnType<typeof connect> | undefined;
  const target = ((context: ConnectContext) =>
    (url as (context: ConnectContext) => string)(context)) as ConnectUrl;
  stream = connect(target, options);
  const reading = random() < 0.3 ? read(stream) : undefined;
  for (let turn = 0; turn < 12 && stream.state !== 'closed'; turn++) {
    if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, 2));
    await setImmediate();
    if (random() < 0.1) stream.reconnect();
  }
  if (over) expect(stream.state).toBe('closed');
  stream.close();
  over = 'closed';
  const before = requests;
  stream.reconnect();
  await stream.closed;
  await reading;
  await setImmediate();
  await setImmediate();
  const what = `${name} ${deed} at call ${moment}`;
  expect(
    {
      uncaught,
      afterEnd,
      more: requests - before,
      live: live.size,
      timers: timers.size,
      listeners: listeners.size,
    },
    what,
  ).toEqual({ uncaught: [], afterEnd: 0, more: 0, live: 0, timers: 0, listeners: 0 });
}

/** How many listeners are on the user's signal. */
function countListeners(signal: AbortSignal) {
  const open = new Set<unknown>();
  const { addEventListener, removeEventListener } = AbortSignal.prototype;
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof addEventListener>) {
      open.add(args[1]);
      addEventListener.apply(signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>) {
      open.delete(args[1]);
      removeEventListener.apply(signal, args);
    },
  });
  return open;
}

async function read(stream: ReturnType<typeof connect>): Promise<void> {
  try {
    for await (const _ of stream);
  } catch {
    // It failed, as it may.
  }
}

it(
  'whatever a function of the user’s does, and whenever, the stream goes on or ends, and leaves nothing behind',
  async () => {
    const cases = names.flatMap((name) => deeds.map((deed) => [name, deed] as const));
    const played = await attackInRounds(async (random, seed) => {
      const [name, deed] = cases[seed % cases.length] as (typeof cases)[number];
      for (let moment = 1; moment <= 4; moment++) await play(name, deed, moment, random);
    });
    expect(played).toBeGreaterThan(0);
  },
  attackTimeout,
);
