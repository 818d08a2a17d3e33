import { describe, expect, it } from 'vitest';
import { connect, type EventStreamMessage, isConnectionError } from '../../src/index';
import { open, serve, soon, until } from '../helpers/server';

/** The first `count` events' data; then leaves. */
async function take(stream: AsyncIterable<EventStreamMessage>, count: number): Promise<string[]> {
  const data: string[] = [];
  for await (const event of stream) {
    data.push(event.data);
    if (data.length === count) break;
  }
  return data;
}

async function failure(stream: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const _ of stream);
  } catch (error) {
    return error;
  }
  return 'iteration returned';
}

const decodeHeader = (value: unknown) => Buffer.from(String(value), 'latin1').toString();

describe('following', () => {
  it('yields typed events and ends by break', async () => {
    const server = await serve((_req, res) => {
      open(res).write(': hello\n\nevent: add\nid: 1\ndata: a\ndata: b\n\ndata: c\n\n');
    });
    const stream = connect(server.url);
    const events: EventStreamMessage[] = [];
    for await (const event of stream) if (events.push(event) === 2) break;
    expect(events).toEqual([
      { type: 'add', data: 'a\nb', lastEventId: '1', id: '1' },
      { type: 'message', data: 'c', lastEventId: '1', id: undefined },
    ]);
    expect(await stream.closed).toEqual({ reason: 'closed' });
    expect(server.requests[0]?.headers.accept).toBe('text/event-stream');
    expect(server.requests[0]?.headers).not.toHaveProperty('last-event-id');
  });

  it('resumes after a cut in the middle of an event and of a character, by the id in bytes', async () => {
    const whole = Buffer.from('id: Zürich\ndata: ü1\n\nid: late\ndata: ü2\n\n');
    const cut = whole.lastIndexOf(0xc3) + 1;
    const server = await serve((_req, res, count) => {
      open(res);
      if (count > 1) res.write('id: 2\ndata: ü2\n\n');
      else res.write(whole.subarray(0, cut), () => res.destroy());
    });
    expect(await take(connect(server.url, { reconnect: soon }), 2)).toEqual(['ü1', 'ü2']);
    expect(decodeHeader(server.requests[1]?.headers['last-event-id'])).toBe('Zürich');
  });

  it('comes back after a clean end, with the id of a block without data, and keeps it', async () => {
    const server = await serve((_req, res, count) => {
      open(res).end(count === 1 ? 'data: 1\n\nid: alone\n\n' : `data: ${count}\n\n`);
    });
    expect(await take(connect(server.url, { reconnect: soon }), 3)).toEqual(['1', '2', '3']);
    const ids = server.requests.slice(0, 3).map((req) => req.headers['last-event-id']);
    expect(ids).toEqual([undefined, 'alone', 'alone']);
  });

  it('forgets the id when the server resets it', async () => {
    const server = await serve((_req, res, count) => {
      open(res).end(count === 1 ? 'id: 1\ndata: 1\n\nid\n\n' : 'data: 2\n\n');
    });
    await take(connect(server.url, { reconnect: soon }), 2);
    expect(server.requests[1]?.headers).not.toHaveProperty('last-event-id');
  });

  it('waits for the reconnection time that the server sets', async () => {
    const times: number[] = [];
    const server = await serve((_req, res) => {
      times.push(Date.now());
      open(res).end('retry: 300\ndata: x\n\n');
    });
    const delays: number[] = [];
    const stream = connect(server.url, {
      reconnect: { initialDelay: 10, jitter: 0 },
      onReconnect: ({ delay }) => delays.push(delay),
    });
    await take(stream, 2);
    expect(stream.reconnectionTime).toBe(300);
    expect(delays[0]).toBe(300);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(295);
  });

  it('waits for Retry-After', async () => {
    const server = await serve((_req, res, count) => {
      if (count === 1) res.writeHead(503, { 'retry-after': '4' }).end('busy');
      else open(res).write('data: up\n\n');
    });
    const infos: [number, string | undefined, number | undefined][] = [];
    const stream = connect(server.url, {
      reconnect: { initialDelay: 0, minDelay: 0, maxServerDelay: 50 },
      onReconnect: ({ delay, error }) => infos.push([delay, error?.body, error?.status]),
    });
    expect(await take(stream, 1)).toEqual(['up']);
    expect(infos).toEqual([[50, 'busy', 503]]);
  });

  it('stops at 204', async () => {
    const server = await serve((_req, res, count) => {
      if (count === 1) open(res).end('data: 1\n\n');
      else res.writeHead(204).end();
    });
    const stream = connect(server.url, { reconnect: soon });
    expect(await take(stream, 9)).toEqual(['1']);
    expect(await stream.closed).toEqual({ reason: 'no-content' });
  });

  it('refuses a page, with the beginning of it', async () => {
    const server = await serve((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>');
    });
    const stream = connect(`${server.url}?token=secret`);
    const error = await failure(stream);
    expect(error).toMatchObject({ code: 'BAD_CONTENT_TYPE', status: 200, body: '<h1>Log in</h1>' });
    expect(String(error)).toContain('text/html');
    expect(String(error)).not.toContain('secret');
    expect(await stream.closed).toEqual({ reason: 'failed', error });
    expect(isConnectionError(error)).toBe(true);
  });

  it('reads only the beginning of an endless error page, and releases its socket', async () => {
    const server = await serve((_req, res) => {
      res.writeHead(404, { 'content-type': 'text/plain' });
      const more = () => {
        while (!res.destroyed && res.write('ü'.repeat(5000)));
        if (!res.destroyed) res.once('drain', more);
      };
      more();
    });
    const error = await failure(connect(server.url));
    expect(error).toMatchObject({ code: 'BAD_STATUS', status: 404, body: 'ü'.repeat(2048) });
    await until(() => server.sockets.size === 0, 'the socket to close');
  });

  it('gives up with the last error when its attempts are used up', async () => {
    const server = await serve((_req, res) => res.writeHead(500).end('broken'));
    const stream = connect(server.url, { reconnect: { ...soon, maxAttempts: 3 } });
    expect(await failure(stream)).toMatchObject({
      code: 'EXHAUSTED',
      status: 500,
      body: 'broken',
      cause: { code: 'BAD_STATUS' },
    });
    expect(server.requests).toHaveLength(3);
    expect((await stream.closed).reason).toBe('exhausted');
  });

  it('names what it could not reach', async () => {
    const stream = connect('http://user-host.invalid/x?token=secret', { reconnect: false });
    const error = await failure(stream);
    expect(error).toMatchObject({ code: 'NETWORK' });
    expect(String(error)).toContain('http://user-host.invalid/x');
    expect(String(error)).not.toContain('secret');
  });
});

describe('with reconnect: false', () => {
  it.each([
    ['ended', 'a response that ends', (end: () => void) => end()],
    ['cut', 'a connection that breaks', (_end: () => void, destroy: () => void) => destroy()],
  ])('tells %s: %s', async (reason, _, leave) => {
    const server = await serve((_req, res) => {
      open(res).write('data: 1\n\n', () =>
        leave(
          () => res.end(),
          () => res.destroy(),
        ),
      );
    });
    const stream = connect(server.url, { reconnect: false });
    expect(await take(stream, 9)).toEqual(['1']); // returns: what came is complete or cut, as `closed` says
    const outcome = await stream.closed;
    expect(outcome.reason).toBe(reason);
    expect(outcome.error?.code).toBe(reason === 'cut' ? 'NETWORK' : undefined);
    expect(server.requests).toHaveLength(1);
  });

  it('fails where the stream never opened', async () => {
    const server = await serve((_req, res) => res.writeHead(503).end());
    const stream = connect(server.url, { reconnect: false });
    expect(await failure(stream)).toMatchObject({ code: 'BAD_STATUS', status: 503 });
    expect((await stream.closed).reason).toBe('failed');
  });
});
