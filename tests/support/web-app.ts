import type { EventStreamBody, EventStreamInit, EventStreamWriter } from '@eventwire/server';
import { type Channel, createChannel, ServerEvent, streamEvents } from '@eventwire/server-web';
import { attackedRoutes } from './web-attack';

interface Script {
  callback(stream: EventStreamWriter): EventStreamBody | Promise<EventStreamBody>;
  init?: EventStreamInit;
}

/** Produced by server-node and by server-web, on whatever runtime, these have to give the same bytes. */
export const scripts: Record<string, Script> = {
  generator: {
    async *callback() {
      yield 'one';
      yield { type: 'two', id: '2', retry: 5, comment: 'c', data: 'a\r\nb\n' };
      yield ServerEvent.json({ smile: '😀' });
    },
  },
  array: { callback: () => ['0', '', { id: '' }], init: { retry: 2000 } },
  empty: { callback: () => [], init: { heartbeat: false } },
  nothing: { callback: async () => {}, init: { heartbeat: 5000, onFinish: 'close' } },
  sent: {
    async callback(stream) {
      stream.sendEvent('not awaited');
      await stream.sendEvent('awaited');
      stream.end('a reason');
      stream.sendEvent('too late');
    },
    init: { retry: 7 },
  },
  'async data': {
    async callback(stream) {
      const data = async function* () {
        yield 'a';
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield 'b';
      };
      stream.sendEvent({ type: 'slow', data: data() });
      await stream.sendEvent('after it');
    },
    init: { retry: 3 },
  },
  throws: {
    callback() {
      throw new Error('secret');
    },
    init: { onError: () => {} },
  },
  'throws later': {
    async *callback() {
      yield 'one';
      throw new Error('secret');
    },
    init: { onError: () => {} },
  },
  'no source': { callback: () => 'a string' as unknown as string[], init: { onError: () => {} } },
  closes: {
    async callback(stream) {
      await stream.sendEvent('one');
      stream.close();
    },
  },
  large: { callback: () => ['x'.repeat(1_000_000), 'é'.repeat(300_000)], init: { highWaterMark: 1 } },
  id: { callback: (stream) => [`<${stream.lastEventId}>`] },
};

let channel: Channel | undefined;

/** Made by the first request, since workerd has no timers and no randomness before. */
function theChannel(): Channel {
  channel ??= createChannel();
  return channel;
}

/** What became of `/wait` and `/endless`, for the tests to see, and how often the next event of `/two` was asked for. */
const seen = { given: 0, left: 0, closed: 0, asked: 0 };

const routes: Record<string, (request: Request) => Response | Promise<Response>> = {
  '/wait': (request) =>
    streamEvents(
      request,
      async function* (stream) {
        stream.closed.then(() => seen.closed++);
        try {
          yield 'one';
          await new Promise((resolve) => stream.signal.addEventListener('abort', resolve));
        } finally {
          seen.left++;
        }
      },
      // By itself workerd notices it at the next write.
      { heartbeat: 100 },
    ),
  '/endless': (request) =>
    streamEvents(request, async function* (stream) {
      stream.closed.then(() => seen.closed++);
      try {
        for (;;) {
          yield 'x'.repeat(9_992); // 10,000 bytes as a block
          seen.given++;
        }
      } finally {
        seen.left++;
      }
    }),
  '/two': (request) =>
    streamEvents(request, async function* () {
      const before = seen.asked;
      yield 'one';
      // Looked at again and again, since what one request holds no other may settle in workerd.
      while (seen.asked === before) await new Promise((resolve) => setTimeout(resolve, 5));
      yield 'two';
    }),
  '/next': () => Response.json(++seen.asked),
  '/half': (request) =>
    streamEvents(
      request,
      async (stream) => {
        await stream.sendEvent({
          data: (async function* () {
            yield 'half';
            await new Promise((resolve) => setTimeout(resolve, 50));
            throw new Error('secret');
          })(),
        });
      },
      { onError: () => {} },
    ),
  '/channel': (request) =>
    streamEvents(request, (stream) => theChannel().subscribe(stream), { heartbeat: 100, retry: 1 }),
  '/publish': async (request) => new Response(await theChannel().publish(new URL(request.url).search)),
  '/size': () => Response.json(theChannel().size),
  '/seen': () => Response.json(seen),
  ...attackedRoutes,
};

/** The route handler that runs on every runtime. */
export async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const name = decodeURIComponent(pathname.slice(1));
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (script) return streamEvents(request, script.callback, script.init);
  return routes[pathname]?.(request) ?? new Response('no such route', { status: 404 });
}
