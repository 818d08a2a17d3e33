import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createChannel,
  type EventStreamBody,
  type EventStreamInit,
  type EventStreamWriter,
  eventStreamHandler,
  ServerEvent,
  streamEvents,
} from '../src/index';
import { reading, sleep, until, url } from './helpers';

const quiet = { heartbeat: false } as const;
const CURSOR = /event: eventwire:cursor\ndata: \{\}\nid: \S+\n\n$/;
const END = 'event: eventwire:end\ndata: {}\n\n';

/** A stream that the test holds in its hands. */
function open(init: EventStreamInit = quiet, request = new Request(url)) {
  const held: EventStreamWriter[] = [];
  const response = streamEvents(
    request,
    (stream) => {
      held.push(stream);
      onTestFinished(() => stream.close());
      return new Promise<EventStreamBody>(() => {});
    },
    init,
  );
  const [stream] = held;
  if (!stream) throw new Error('no stream');
  return { response, stream };
}

it('An etag of the application’s own is kept', async () => {
  const response = await streamEvents(new Request(url), () => [], { headers: { ETag: '"own"' } });
  expect(response.headers.get('etag')).toBe('"own"');
});

it('A callback that is none is refused, and shown', () => {
  const refused = 'Invalid option `callback`: expected a function, got an object';
  expect(() => streamEvents(new Request(url), {} as never)).toThrow(refused);
});

describe('the response', () => {
  it('is there at once, its first bytes too, before any event', async () => {
    const response = await open({}).response;
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      etag: expect.stringMatching(/^W\/"\w+"$/),
    });
    const client = reading(response);
    await client.step();
    expect(client.text).toBe(': eventwire heartbeat=15000\n');
  });

  it('has the status and the headers given, over the defaults', async () => {
    const headers = {
      'Cache-Control': 'no-cache',
      'X-Own': 'yes',
      'Set-Cookie': ['b=2', 'c=3'],
      absent: undefined,
    };
    const response = await open({ status: 201, headers }).response;
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-own')).toBe('yes');
    expect(response.headers.getSetCookie()).toEqual(['b=2', 'c=3']);
    expect(response.headers.has('absent')).toBe(false);
  });

  it('has no body for HEAD, and the work is not begun', async () => {
    const callback = vi.fn();
    const response = await streamEvents(new Request(url, { method: 'HEAD' }), callback);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.body).toBeNull();
    expect(callback).not.toHaveBeenCalled();
  });

  it('is one per request, of options that are checked once', async () => {
    const init = { headers: { 'X-Own': '1' } };
    const first = await open(init).response;
    first.headers.set('X-Own', '2');
    expect((await open(init).response).headers.get('X-Own')).toBe('1');
  });
});

describe('the callback', () => {
  it('gives events, and the stream ends', async () => {
    const answer = (request: Request) =>
      streamEvents(
        request,
        async function* (stream, { method }) {
          yield `${method} ${stream.lastEventId}`;
          yield ServerEvent.json({ n: 2 }, { type: 'two', id: '2' });
        },
        { ...quiet, retry: 2000 },
      );
    for (const id of ['a', 'b']) {
      const request = new Request(url, { method: 'POST', body: '{}', headers: { 'Last-Event-ID': id } });
      const text = `retry: 2000\ndata: POST ${id}\n\nevent: two\ndata: {"n":2}\nid: 2\n\n`;
      expect(await (await answer(request)).text()).toBe(text);
    }
  });

  it.each([
    ['an array', () => ['one', { type: 'two', data: '2' }], `data: one\n\nevent: two\ndata: 2\n\n${END}`],
    ['a promise of nothing', async () => {}, END],
    ['a promise', async () => ['later'], `data: later\n\n${END}`],
  ])('gives %s', async (_name, callback: () => EventStreamBody | Promise<EventStreamBody>, text) => {
    expect(await (await streamEvents(new Request(url), callback, quiet)).text()).toBe(text);
  });

  it('writes by itself, with data that is async', async () => {
    const response = await streamEvents(
      new Request(url),
      async (stream) => {
        await stream.sendEvent('one');
        stream.sendEvent({
          type: 'two',
          data: (async function* () {
            yield 'a';
            await sleep(1);
            yield 'b';
          })(),
        });
        await stream.sendEvent('three');
        stream.end('enough');
      },
      quiet,
    );
    expect(await response.text()).toBe(
      'data: one\n\nevent: two\ndata: a\ndata: b\n\ndata: three\n\nevent: eventwire:end\ndata: {"reason":"enough"}\n\n',
    );
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    [
      'gives what throws',
      async function* () {
        yield* [];
        throw new Error('secret');
      },
    ],
  ])(
    '%s before anything was sent: that is reported, and the client gets a 500 that tells nothing of it',
    async (_name, callback) => {
      const onError = vi.fn();
      const response = await streamEvents(new Request(url), callback as () => EventStreamBody, {
        ...quiet,
        onError,
      });
      expect(response.status).toBe(500);
      expect(await response.text()).toBe('Internal Server Error\n');
      expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'secret' }));
    },
  );
});

describe('the end', () => {
  it('is told by end(), and not by close()', async () => {
    const ended = open();
    ended.stream.sendEvent('last');
    ended.stream.end();
    expect(await (await ended.response).text()).toBe(`data: last\n\n${END}`);
    const closed = open();
    closed.stream.sendEvent('last');
    closed.stream.close();
    expect(await (await closed.response).text()).toBe('data: last\n\n');
  });

  it('is over once the last bytes are taken', async () => {
    const { response, stream } = open();
    let over = false;
    stream.closed.then(() => {
      over = true;
    });
    stream.sendEvent('last');
    stream.close();
    expect(stream.signal.reason).toMatchObject({ code: 'STREAM_CLOSED' });
    await sleep(5);
    expect(over).toBe(false);
    const client = reading(await response);
    await client.until('last\n\n');
    await stream.closed;
    expect(await client.step()).toBe(false);
  });

  it('is forced on a client that never takes the last bytes', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { response, stream } = open({ ...quiet, writeTimeout: 10_000 });
    stream.sendEvent('last');
    stream.close();
    await vi.advanceTimersByTimeAsync(10_001);
    await stream.closed;
    await expect((await response).text()).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
  });

  it('breaks the body off where a data source fails in the middle of its block', async () => {
    const { response, stream } = open();
    const client = reading(await response);
    const sent = stream.sendEvent({
      data: (async function* () {
        yield 'half';
        await until(() => client.text !== '');
        throw new Error('secret');
      })(),
    });
    await client.until('data: half\n');
    await expect(sent).rejects.toThrow('secret');
    await expect(client.step()).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    await stream.closed;
  });
});

describe('backpressure', () => {
  it.each([
    ['the default', {}, 65_536],
    ['1000 bytes', { highWaterMark: 1000 }, 1000],
    ['one byte', { highWaterMark: 1 }, 1],
    ['none', { highWaterMark: 0 }, 1],
  ])('with a high-water mark of %s: sendEvent waits for the reader', async (_name, init, mark) => {
    const { response, stream } = open({ ...quiet, ...init });
    const event = 'x'.repeat(92); // 100 bytes
    let sent = 0;
    const loop = (async () => {
      while (sent < 2000) {
        await stream.sendEvent(event);
        sent++;
      }
      stream.close();
    })();
    await sleep(20);
    // The one that reaches the mark is under way and waits.
    expect(sent).toBe(Math.ceil(mark / 100) - 1);
    const client = reading(await response);
    for (let step = 1; step <= 5; step++) {
      const before = sent;
      await client.step();
      await until(() => sent > before);
      await sleep(1);
      expect(sent - before).toBeLessThanOrEqual(Math.ceil(mark / 100));
    }
    expect((await client.rest()).length).toBe(200_000);
    await loop;
  });

  it('reads a generator only as fast as its events are taken', async () => {
    let given = 0;
    const response = await streamEvents(
      new Request(url),
      function* () {
        for (;;) yield `${++given}`;
      },
      { ...quiet, highWaterMark: 1 },
    );
    const client = reading(response);
    for (let n = 1; n < 100; n++) {
      await client.until(`data: ${n}\n\n`);
      expect(given).toBeLessThanOrEqual(n + 2);
    }
    await client.cancel();
  });

  it('keeps no more than the mark for a channel subscriber that reads nothing, and it catches up', async () => {
    const channel = createChannel();
    const response = await streamEvents(new Request(url), (stream) => channel.subscribe(stream), {
      ...quiet,
      highWaterMark: 1000,
    });
    const client = reading(response);
    await client.until(CURSOR);
    for (let n = 0; n < 500; n++) {
      await channel.publish(`${n} ${'x'.repeat(100)}`);
      if (n % 50 === 0) await sleep(1);
    }
    await client.until(/data: 499 x+\nid: \S+\n\n$/);
    const seen = [...client.text.matchAll(/^data: (\d+) x/gm)].map((match) => Number(match[1]));
    expect(seen).toEqual(Array.from({ length: 500 }, (_, n) => n));
    await channel.close();
    expect(await client.step()).toBe(false);
  });
});

describe('a client that leaves', () => {
  /** A stream whose generator waits for the end, and all that becomes of it. */
  function watched(request = new Request(url)) {
    const seen = {
      waiting: false,
      finished: 0,
      closed: 0,
      stream: undefined as EventStreamWriter | undefined,
    };
    const onError = vi.fn();
    const response = streamEvents(
      request,
      async function* (stream) {
        seen.stream = stream;
        stream.closed.then(() => seen.closed++);
        try {
          yield 'one';
          await new Promise((resolve) => {
            stream.signal.addEventListener('abort', resolve);
            seen.waiting = true;
          });
          yield 'nobody reads this';
        } finally {
          seen.finished++;
        }
      },
      { ...quiet, onError },
    );
    return { seen, response, onError };
  }

  const isOver = async ({ seen, onError }: ReturnType<typeof watched>) => {
    await until(() => seen.closed === 1 && seen.finished === 1);
    expect(seen.stream?.signal.reason).toMatchObject({ code: 'CLIENT_GONE' });
    await expect(seen.stream?.sendEvent('late')).rejects.toMatchObject({ code: 'CLIENT_GONE' });
    await sleep(5);
    expect(seen).toMatchObject({ closed: 1, finished: 1 });
    expect(onError).not.toHaveBeenCalled();
  };

  it('by cancelling the body', async () => {
    const all = watched();
    const client = reading(await all.response);
    await client.until('data: one\n\n');
    await client.cancel(new Error('gone'));
    await isOver(all);
  });

  it('by cancelling a body that nobody has read', async () => {
    const all = watched();
    await until(() => all.seen.waiting);
    await (await all.response).body?.cancel();
    await isOver(all);
  });

  it('by the signal of the request, and a reader that is still there sees the end', async () => {
    const controller = new AbortController();
    const all = watched(new Request(url, { signal: controller.signal }));
    const client = reading(await all.response);
    await client.until('data: one\n\n');
    const more = client.step();
    controller.abort();
    expect(await more).toBe(false);
    await isOver(all);
  });

  it('by both, in either order', async () => {
    const first = new AbortController();
    const cancelled = watched(new Request(url, { signal: first.signal }));
    await until(() => cancelled.seen.waiting);
    await (await cancelled.response).body?.cancel();
    first.abort();
    await isOver(cancelled);
    const second = new AbortController();
    const aborted = watched(new Request(url, { signal: second.signal }));
    await until(() => aborted.seen.waiting);
    second.abort();
    await (await aborted.response).body?.cancel();
    await isOver(aborted);
  });

  it('after the end was said, and before it was taken', async () => {
    const controller = new AbortController();
    const { response, stream } = open(quiet, new Request(url, { signal: controller.signal }));
    stream.end();
    controller.abort();
    await stream.closed;
    expect(stream.signal.reason).toMatchObject({ code: 'STREAM_CLOSED' });
    await (await response).body?.cancel();
  });

  it('before the answer: there is no body, and the work is not begun', async () => {
    const callback = vi.fn();
    const response = await streamEvents(new Request(url, { signal: AbortSignal.abort() }), callback);
    expect(response.body).toBeNull();
    expect(callback).not.toHaveBeenCalled();
  });

  it('leaves no listener on the signal, which may outlive the stream', async () => {
    const controller = new AbortController();
    const request = new Request(url, { signal: controller.signal });
    const remove = vi.spyOn(request.signal, 'removeEventListener');
    const add = vi.spyOn(request.signal, 'addEventListener');
    await (await streamEvents(request, () => ['x'], quiet)).text();
    await until(() => remove.mock.calls.length > 0);
    expect(add.mock.calls.map(([type, listener]) => [type, listener])).toEqual(remove.mock.calls);
    controller.abort();
  });

  it('is noticed where requests have no signal', async () => {
    const request = { url, method: 'GET', headers: new Headers() } as Request;
    const all = watched(request);
    await until(() => all.seen.waiting);
    await (await all.response).body?.cancel();
    await isOver(all);
  });
});

describe('heartbeat', () => {
  it('comes when idle, and stops where the client reads nothing', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { response } = open({ heartbeat: 1000, highWaterMark: 40, writeTimeout: false });
    await vi.advanceTimersByTimeAsync(100_000);
    const client = reading(await response);
    for (let n = 0; n < 5; n++) await client.step();
    expect(client.text).toBe(`: eventwire heartbeat=1000\n${':\n'.repeat(4)}`);
  });
});

describe('a channel', () => {
  it('gives who comes back what it has missed', async () => {
    const channel = createChannel();
    const answer = (headers: HeadersInit = {}) =>
      streamEvents(
        new Request(url, { headers }),
        (stream) => channel.subscribe(stream, { initial: () => ['state'] }),
        { ...quiet, retry: 10 },
      );
    const first = reading(await answer());
    await first.until(CURSOR);
    expect(first.text).toMatch(/^retry: 10\ndata: state\n\nevent: eventwire:cursor\ndata: {}\nid: \S+\n\n/);
    const id = await channel.publish('a');
    await first.until(/data: a\nid: \S+\n\n$/);
    await first.cancel();
    await until(() => channel.size === 0);
    const missed = await channel.publish('b');
    const second = reading(await answer({ 'Last-Event-ID': id }));
    expect(await second.until(/data: b\nid: \S+\n\n$/)).toBe(`retry: 10\ndata: b\nid: ${missed}\n\n`);
    const closing = channel.close();
    expect(await second.rest()).not.toContain('eventwire:end');
    await closing;
  });
});

describe('eventStreamHandler', () => {
  it('responds to every request as streamEvents does, and checks its options once', async () => {
    const handler = eventStreamHandler((stream) => [`after ${stream.lastEventId}`], { heartbeat: false });
    for (const id of ['1', '2']) {
      const response = await handler(new Request(`${url}?lastEventId=${id}`));
      expect(await response.text()).toBe(`data: after ${id}\n\nevent: eventwire:end\ndata: {}\n\n`);
    }
    expect(() => eventStreamHandler(() => {}, { retry: -1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'retry' }),
    );
    expect(() => eventStreamHandler('x' as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'callback' }),
    );
  });
});

describe('invalid options', () => {
  const request = new Request(url);
  it.each([
    ['retry', () => streamEvents(request, () => {}, { retry: -1 })],
    ['status', () => streamEvents(request, () => {}, { status: 204 })],
    ['headers', () => streamEvents(request, () => {}, { headers: { 'bad name': 'x' } })],
    ['highWaterMark', () => streamEvents(request, () => {}, { highWaterMark: Number.NaN })],
    ['callback', () => streamEvents(request, 'x' as unknown as () => void)],
    ['request', () => streamEvents({ req: { raw: request } } as unknown as Request, () => {})],
    ['request', () => streamEvents(undefined as unknown as Request, () => {})],
  ])('throw at the call: %s', (option, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option }));
  });
});
