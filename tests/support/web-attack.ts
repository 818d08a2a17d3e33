import {
  createChannel,
  type EventStreamBody,
  type EventStreamInit,
  streamEvents,
} from '@eventwire/server-web';

type Callback = Parameters<typeof streamEvents>[1];

const forever = () => new Promise<EventStreamBody>(() => {});
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const full = () => createChannel({ maxSubscribers: 1 });

/** What a callback may do, sensible or not. */
export const webCallbacks: Record<string, Callback> = {
  events: () => ['an event', { type: 'two', data: 'x'.repeat(200_000) }],
  waits: forever,
  throws() {
    throw new Error('planned');
  },
  rejects: async () => {
    await turn();
    throw new Error('planned');
  },
  'throws in the source': async function* () {
    yield 'an event';
    await turn();
    throw new Error('planned');
  },
  'throws in the data': async (stream) => {
    const data = async function* () {
      yield 'half';
      await turn();
      throw new Error('planned');
    };
    await stream.sendEvent({ data: data() });
  },
  'throws while it is closed': async function* () {
    try {
      yield 'an event';
      await forever();
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: that is the case
      throw new Error('planned');
    }
  },
  'ends twice and goes on': (stream) => {
    stream.end();
    stream.close();
    stream.end('again');
    stream.sendEvent('late');
    return ['late'];
  },
  'has nothing to send': (stream) => stream.noContent(),
  'is turned away': (stream) => {
    const channel = full();
    channel.subscribe({ ...stub(), close() {} });
    return channel.subscribe(stream);
  },
  'writes without waiting': (stream) => {
    for (let n = 0; n < 100; n++) stream.sendEvent('x'.repeat(10_000));
    stream.end();
  },
  'gives no source': (() => 7) as unknown as Callback,
  'gives an end that JSON cannot write': (stream) => stream.end(7n as unknown as string),
};

/** Somebody who takes a channel's only place. */
function stub() {
  const { signal } = new AbortController();
  return { lastEventId: '', signal, write: () => true, drained: async () => {}, end() {} };
}

/** What nobody has caught, and what `onError` was told. */
const faults: string[] = [];
let listening = false;

interface Faulty {
  process?: { on?(event: string, listener: (error: unknown) => void): unknown };
  addEventListener?(
    type: string,
    listener: (event: { preventDefault(): void; reason?: unknown }) => void,
  ): void;
}

function listenForFaults(): void {
  if (listening) return;
  listening = true;
  const { process, addEventListener } = globalThis as Faulty;
  if (process?.on) {
    for (const name of ['uncaughtException', 'unhandledRejection']) {
      process.on(name, (error) => faults.push(`${name}: ${error}`));
    }
  }
  for (const type of ['error', 'unhandledrejection']) {
    addEventListener?.(type, (event) => {
      event.preventDefault();
      faults.push(`${type}: ${event.reason ?? event}`);
    });
  }
}

const open = { streams: 0 };

export const attackedRoutes: Record<string, (request: Request) => Response | Promise<Response>> = {
  '/attack': (request) => {
    listenForFaults();
    const { searchParams } = new URL(request.url);
    const callback = webCallbacks[searchParams.get('callback') ?? ''];
    if (!callback) return new Response('no such callback', { status: 404 });
    const init: EventStreamInit = {
      heartbeat: 1000,
      onError: async (error) => {
        // What an async onError throws is nobody's to catch, either.
        if (searchParams.has('broken')) throw error;
      },
    };
    const serve = () =>
      streamEvents(
        request,
        (stream, ...rest) => {
          open.streams++;
          stream.closed.then(() => open.streams--);
          return callback(stream, ...rest);
        },
        init,
      );
    // Two streams for one request, the first of which nobody reads.
    if (searchParams.has('twice')) serve().then(({ body }) => body?.cancel());
    return serve();
  },
  '/faults': () => Response.json({ faults, open: open.streams }),
};
