import {
  type Channel,
  createChannel,
  createMemoryLog,
  type EventStreamBody,
  type EventStreamInit,
  type EventStreamWriter,
} from '@eventwire/server';

interface Target {
  callback(stream: EventStreamWriter): EventStreamBody | Promise<EventStreamBody>;
  init: EventStreamInit;
}

/** How a server under attack is. Streams, sources and subscribers have to be gone once their clients are. */
export interface Figures {
  /** Streams whose callback was called and that are not over. */
  streams: number;
  /** Generators that were begun and whose `finally` has not run. */
  sources: number;
  subscribers: number;
  /** Exceptions, rejections and errors that nobody had planned. */
  faults: string[];
  /** MiB in use after a full collection, where the runtime can be asked. */
  heap?: number;
}

const figures = { streams: 0, sources: 0, faults: [] as string[] };
export const currentFigures = (): Figures => ({ ...figures, subscribers: channel?.size ?? 0 });
export function fault(kind: string, error: unknown): void {
  figures.faults.push(`${kind}: ${error instanceof Error ? (error.stack ?? error) : error}`);
}

const ON_PURPOSE = 'on purpose';
let channel: Channel | undefined;
/** Made by the first request, since workerd has no timers and no randomness before. */
export function theChannel(): Channel {
  channel ??= createChannel({ log: createMemoryLog({ maxEvents: 500 }), maxQueueBytes: 65_536 });
  return channel;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

async function* counted<T>(events: AsyncIterable<T>): AsyncGenerator<T> {
  figures.sources++;
  try {
    yield* events;
  } finally {
    figures.sources--;
  }
}

async function* ticks(stream: EventStreamWriter) {
  for (let n = 0; !stream.signal.aborted; n++) {
    yield { id: String(n), data: `tick ${n}` };
    await sleep(2, stream.signal);
  }
}
async function* flood() {
  for (;;) yield 'x'.repeat(10_000);
}
async function* failing() {
  yield 'one';
  throw new Error(ON_PURPOSE);
}
async function* pieces(stream: EventStreamWriter, count: number) {
  for (let n = 0; n < count; n++) {
    yield `piece ${n}`;
    await sleep(2, stream.signal);
  }
}

const callbacks: Record<string, Target['callback']> = {
  '/ticks': (stream) => counted(ticks(stream)),
  '/flood': () => counted(flood()),
  '/failing': () => counted(failing()),
  '/array': () => ['one', { id: '2', data: 'two' }],
  '/channel': (stream) => theChannel().subscribe(stream),
  '/late-channel': async (stream) => {
    await sleep(3);
    return theChannel().subscribe(stream);
  },
  '/async-data': async function* (stream) {
    for (let n = 0; n < 20; n++) yield { data: counted(pieces(stream, 5)) };
  },
  '/half-block': async (stream) => {
    await stream.sendEvent({ data: counted(failing()) });
  },
  '/sends': async (stream) => {
    figures.sources++;
    try {
      while (!stream.signal.aborted) {
        await stream.sendEvent('sent');
        await sleep(2, stream.signal);
      }
    } finally {
      figures.sources--;
    }
  },
  '/never-awaited': (stream) => {
    for (let n = 0; n < 50; n++) stream.sendEvent(`never awaited ${n}`);
  },
  '/throws': () => {
    throw new Error(ON_PURPOSE);
  },
};
export const attackedPaths = Object.keys(callbacks);

const init: EventStreamInit = {
  // Half a second until a client that has left unseen is missed.
  heartbeat: 250,
  writeTimeout: 2000,
  onError(error) {
    // That a client has left in the middle of what a callback awaits is no surprise.
    const code = (error as { code?: string } | undefined)?.code ?? '';
    const planned = ['STREAM_CLOSED', 'CLIENT_GONE'].includes(code);
    if (!planned && !String(error).includes(ON_PURPOSE)) fault('onError', error);
  },
};

/** What answers at this path; undefined where nothing does. */
export function targetAt(path: string): Target | undefined {
  const callback = Object.hasOwn(callbacks, path) ? callbacks[path] : undefined;
  return (
    callback && {
      init,
      callback(stream) {
        figures.streams++;
        stream.closed?.then(() => figures.streams--);
        return callback(stream);
      },
    }
  );
}
