import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type Settings,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createChannel, type EventStreamInit, EventStreamResponse, eventStreamHandler } from '../src/index';
import { until } from './helpers';

async function serve(
  handler: Parameters<typeof createServer>[1],
  settings: Settings = {},
): Promise<ClientHttp2Session> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { settings });
  session.on('error', () => {});
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  return session;
}

async function open(session: ClientHttp2Session, headers: Record<string, string> = {}) {
  const stream = session.request({ ':path': '/', ...headers });
  stream.on('error', () => {});
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  const client = { stream, head, text: '' };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    client.text += chunk;
  });
  return client;
}

describe('over HTTP/2', () => {
  it('serves streams side by side on one connection, without the fields that only HTTP/1 has', async () => {
    const init: EventStreamInit = { headers: { Connection: 'keep-alive', 'X-Own': 'yes' } };
    const session = await serve(
      eventStreamHandler(async function* (stream) {
        yield { id: '1', data: `after ${stream.lastEventId}` };
      }, init),
    );
    const clients = await Promise.all(['a', 'ü'].map((id) => open(session, { 'last-event-id': id })));
    for (const client of clients) await once(client.stream, 'close');
    expect(clients[0]?.head).toMatchObject({
      ':status': 200,
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'x-own': 'yes',
    });
    expect(clients[0]?.head.connection).toBeUndefined();
    expect(clients.map(({ text }) => text.includes('event: eventwire:end'))).toEqual([true, true]);
    expect(clients[0]?.text).toContain('data: after a\nid: 1\n\n');
  });

  it('sends every field, beside those that were set before', async () => {
    const session = await serve((req, res) => {
      res.setHeader('X-Before', 'kept');
      res.setHeader('Keep-Alive', 'timeout=5');
      res.setHeader('Set-Cookie', 'x=1');
      new EventStreamResponse(req, res, { headers: { 'Set-Cookie': ['a=1', 'b=2'], Vary: 'Accept' } });
    });
    const { head } = await open(session);
    expect(head).toMatchObject({
      'content-type': 'text/event-stream',
      'x-before': 'kept',
      'set-cookie': ['x=1', 'a=1', 'b=2'],
      vary: 'Accept',
    });
    expect(head).not.toHaveProperty('keep-alive');
  });

  it('leaves such fields out of a response in place of the stream too', async () => {
    const headers = {
      'Keep-Alive': 'timeout=5',
      Upgrade: 'x',
      'Transfer-Encoding': 'chunked',
      'X-Own': 'yes',
    };
    const response = { status: 404, headers, body: 'gone' };
    const failing = eventStreamHandler(
      () => {
        throw new Error('not today');
      },
      { onError: () => response },
    );
    const session = await serve((req, res) => {
      res.setHeader('Proxy-Connection', 'keep-alive');
      if (req.url === '/') return void failing(req as never, res as never);
      new EventStreamResponse(req, res).respond(response);
    });
    for (const path of ['/', '/held']) {
      const client = await open(session, { ':path': path });
      expect(client.head).toMatchObject({ ':status': 404, 'x-own': 'yes' });
      await once(client.stream, 'close');
      expect(client.text).toBe('gone');
    }
  });

  it('sends the head at once, with and without a heartbeat', async () => {
    const session = await serve((req, res) => void new EventStreamResponse(req, res, { heartbeat: false }));
    expect((await open(session)).head[':status']).toBe(200);
  });

  it('has a head alone for HEAD, and the work is not begun', async () => {
    let called = 0;
    const session = await serve(
      eventStreamHandler(() => {
        called++;
        return ['x'];
      }),
    );
    const { stream, head } = await open(session, { ':method': 'HEAD' });
    expect(head).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream' });
    let bytes = 0;
    stream.on('data', (chunk) => {
      bytes += chunk.length;
    });
    await once(stream, 'close');
    expect([bytes, called]).toEqual([0, 0]);
  });

  it('sees a reset as leaving, and runs the generator’s finally', async () => {
    let ended = false;
    const session = await serve(
      eventStreamHandler(async function* (stream) {
        try {
          yield 'x';
          await new Promise((resolve) => stream.signal.addEventListener('abort', resolve));
        } finally {
          ended = true;
        }
      }),
    );
    const client = await open(session);
    await until(() => client.text.includes('data: x'));
    client.stream.close(8);
    await until(() => ended);
    expect(session.closed).toBe(false);
  });

  it.each([
    [1_000_000, 'more to come'],
    [1_000_000, 'the end behind them'],
    [1000, 'the end behind them'],
  ])('sees a client as leaving that cancels with %i bytes under way and %s', async (size, behind) => {
    const streams: EventStreamResponse[] = [];
    const session = await serve(
      (req, res) => {
        const stream = new EventStreamResponse(req, res);
        streams.push(stream);
        stream.sendEvent('x'.repeat(size));
        if (behind.includes('end')) stream.end();
      },
      { initialWindowSize: 100 },
    );
    const request = session.request({ ':path': '/' });
    request.on('error', () => {});
    await once(request, 'response');
    request.pause();
    // No error: node then waits for the bytes, which nobody takes any more.
    request.destroy();
    const left = performance.now();
    await streams[0]?.closed;
    expect(performance.now() - left).toBeLessThan(5000);
  });

  it('keeps its producer waiting while the client’s window is full', async () => {
    let sent = 0;
    const session = await serve(
      eventStreamHandler(async function* () {
        for (; sent < 1000; sent++) yield 'x'.repeat(10_000);
      }),
    );
    const request = session.request({ ':path': '/' });
    request.on('error', () => {});
    await once(request, 'response');
    request.pause();
    let before = -1;
    await until(() => {
      const still = sent === before;
      before = sent;
      return still && sent > 0;
    });
    expect(sent).toBeLessThan(500);
    request.resume();
    await until(() => sent === 1000);
  });

  it('resets the stream of who takes nothing for as long as writeTimeout, and keeps the connection', async () => {
    const reasons: unknown[] = [];
    const session = await serve(
      eventStreamHandler(
        (stream) => {
          stream.signal.addEventListener('abort', () => reasons.push(stream.signal.reason));
          return ['x'.repeat(10_000_000)];
        },
        { writeTimeout: 100 },
      ),
    );
    const request = session.request({ ':path': '/' });
    request.on('error', () => {});
    await once(request, 'response');
    request.pause();
    await until(() => reasons.length === 1);
    expect(reasons).toMatchObject([{ code: 'CLIENT_GONE' }]);
    expect([session.closed, session.destroyed]).toEqual([false, false]);
    request.destroy();
  });

  it('carries a channel: publish, cut, resume', async () => {
    const channel = createChannel();
    const session = await serve(eventStreamHandler((stream) => channel.subscribe(stream)));
    const first = await open(session);
    await until(() => first.text.includes('eventwire:cursor'));
    const id = await channel.publish('one');
    await until(() => first.text.includes('data: one'));
    first.stream.close();
    await until(() => channel.size === 0);
    await channel.publish('two');
    const second = await open(session, { 'last-event-id': id });
    await until(() => second.text.includes('data: two'));
    expect(second.text).not.toContain('data: one');
    await channel.close();
  });

  it('refuses with 503 and 406 as over HTTP/1', async () => {
    const channel = createChannel({ maxSubscribers: 1 });
    const session = await serve(
      eventStreamHandler((stream) => channel.subscribe(stream), { accept: 'require' }),
    );
    await open(session);
    expect((await open(session)).head).toMatchObject({ ':status': 503, 'retry-after': '5' });
    expect((await open(session, { accept: 'text/html' })).head[':status']).toBe(406);
    await channel.close();
  });
});
