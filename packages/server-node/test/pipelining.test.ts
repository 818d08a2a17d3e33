import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  createChannel,
  EventStreamResponse,
  eventStreamHandler,
  type EventStreamResponse as Stream,
  streamEvents,
} from '../src/index';
import { deaf, serve, turns, until } from './helpers';

const request = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** A handler's streams, which stay open until the test ends them. */
async function streams(init = {}) {
  const open: { stream: Stream; path: string | undefined }[] = [];
  const over: string[] = [];
  const handler = eventStreamHandler((stream, req) => {
    open.push({ stream, path: req.url });
    return new Promise(() => {});
  }, init);
  let asked = 0;
  const served = await serve(async (req, res) => {
    asked++;
    await handler(req, res);
    over.push(req.url ?? '');
  });
  return { ...served, open, over, asked: () => asked };
}

describe('requests that are pipelined', () => {
  it('hold one stream a connection, however many they are, and nothing once their clients left', async () => {
    const channel = createChannel();
    let called = 0;
    let over = 0;
    const handler = eventStreamHandler((stream) => {
      called++;
      return channel.subscribe(stream);
    });
    let asked = 0;
    const { port } = await serve((req, res) => {
      asked++;
      handler(req, res).then(() => over++);
    });
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const clients = await Promise.all(Array.from({ length: 10 }, () => deaf(port, request().repeat(3000))));
    await until(() => asked === 30_000, 'all requests');
    await turns(5);
    expect([channel.size, called]).toEqual([10, 10]);
    for (const client of clients) client.destroy();
    const left = performance.now();
    await until(() => channel.size === 0 && over === 30_000, 'the end of all');
    // Not by the heartbeat, which is 15 seconds.
    expect(performance.now() - left).toBeLessThan(10_000);
    expect(called).toBe(10);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    await channel.close();
  });

  it('are served in turn as the streams before them end', async () => {
    const { port, server, open, over } = await streams({ heartbeat: false, onFinish: 'close' });
    server.keepAliveTimeout = 0;
    server.timeout = 60_000;
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    const client = await deaf(port, request('/1') + request('/2') + request('/3'));
    let text = '';
    client.on('data', (chunk) => {
      text += chunk;
    });
    client.resume();
    for (const path of ['/1', '/2', '/3']) {
      await until(() => open.at(-1)?.path === path, path);
      await turns(3);
      const { stream } = open.at(-1) as (typeof open)[number];
      expect(open).toHaveLength(Number(path.slice(1)));
      await stream.sendEvent(path);
      await until(() => text.endsWith(`data: ${path}\n\n\r\n`));
      stream.close();
      await until(() => over.includes(path));
    }
    expect(text.split('HTTP/1.1 200')).toHaveLength(4);
    // Nothing of ours is left on the connection: it is as one that was never pipelined.
    const [pipelined] = sockets;
    const other = await deaf(port, request('/4'));
    await until(() => open.length === 4);
    (open[3] as (typeof open)[number]).stream.close();
    await until(() => over.includes('/4'));
    const listeners = (socket: Socket | undefined) => socket?.listenerCount('close');
    expect(listeners(pipelined)).toBe(listeners(sockets[1]));
    expect(listeners(pipelined)).toBeDefined();
    other.destroy();
  });

  it('are over at once where their client had gone before anybody looked at them', async () => {
    const later: (() => void)[] = [];
    let [asked, called, over] = [0, 0, 0];
    const { port } = await serve((req, res) => {
      if (asked++ === 0) return;
      later.push(() => void streamEvents(req, res, () => void called++).then(() => over++));
    });
    const client = await deaf(port, request('/1') + request('/2'));
    await until(() => later.length === 1);
    client.destroy();
    await turns(20);
    for (const begin of later) begin();
    await until(() => over === 1, 'the end');
    expect(called).toBe(0);
  });

  it('have no timeout of the socket put back while a later one streams', async () => {
    const sockets: IncomingMessage['socket'][] = [];
    const streams: Stream[] = [];
    const handler = eventStreamHandler((stream, req) => {
      streams.push(stream);
      sockets.push(req.socket);
      return new Promise(() => {});
    });
    const { port, server } = await serve(handler);
    server.timeout = 60_000;
    const client = await deaf(port, request() + request());
    client.resume();
    await until(() => streams.length === 1);
    streams[0]?.close();
    await until(() => streams.length === 2);
    await turns(5);
    expect(sockets[0]).toBe(sockets[1]);
    expect(sockets[1]?.timeout).toBe(0);
    streams[1]?.close();
    await until(() => sockets[1]?.timeout !== 0);
  });

  it('wait behind responses of the application too', async () => {
    const { port, open } = await (async () => {
      const open: string[] = [];
      const handler = eventStreamHandler((_, req) => {
        open.push(req.url ?? '');
        return ['x'];
      });
      const { port } = await serve((req, res) => {
        if (req.url === '/page') setTimeout(() => res.end('page'), 50);
        else handler(req, res);
      });
      return { port, open };
    })();
    const client = await deaf(port, request('/page') + request('/events'));
    let text = '';
    client.on('data', (chunk) => {
      text += chunk;
    });
    client.resume();
    await turns(5);
    expect(open).toEqual([]);
    await until(() => text.endsWith('0\r\n\r\n'));
    expect(text).toMatch(/page.*data: x\n\n.*eventwire:end/s);
  });

  it('cut their connection where thousands of them wait, and the server is told why', async () => {
    const { port, server, open, over, asked } = await streams();
    const errors: unknown[] = [];
    server.on('clientError', (error) => errors.push(error));
    const client = await deaf(port, request().repeat(20_000));
    await new Promise((resolve) => client.on('close', resolve).resume());
    await until(() => errors.length > 0 && over.length === asked());
    expect(errors).toMatchObject([{ code: 'TOO_MANY_REQUESTS' }]);
    expect(open).toHaveLength(1);
  });
});

describe('a stream that is made by hand for a pipelined request', () => {
  /** The second of two responses on a connection; the first is still open. */
  async function second(init = {}) {
    const made: { stream: Stream; first: () => void }[] = [];
    const responses: { end(): void }[] = [];
    const { port } = await serve((req, res) => {
      responses.push(res);
      if (responses.length === 2) {
        const stream = new EventStreamResponse(req, res, { heartbeat: false, ...init });
        made.push({ stream, first: () => responses[0]?.end() });
      }
    });
    const client = await deaf(port, request() + request());
    let text = '';
    client.on('data', (chunk) => {
      text += chunk;
    });
    client.resume();
    await until(() => made.length === 1);
    const [one] = made;
    if (!one) throw new Error('no stream');
    return { ...one, client, text: () => text };
  }

  it('keeps its events until its turn', async () => {
    const { stream, first, text } = await second({ highWaterMark: 100 });
    await stream.sendEvent('one');
    let sent = false;
    stream.sendEvent('x'.repeat(200_000)).then(() => {
      sent = true;
    });
    await turns(5);
    expect([text(), sent]).toEqual(['', false]);
    first();
    await until(() => sent);
    stream.end();
    await stream.closed;
    await until(() => text().endsWith('\r\n0\r\n\r\n'));
    expect(text()).toMatch(/data: one\n\n.*x\n\n.*eventwire:end/s);
  });

  it('is over as soon as its client has gone', async () => {
    const { stream, client } = await second();
    stream.sendEvent('one');
    client.destroy();
    await stream.closed;
    expect(stream.signal.reason).toMatchObject({ code: 'CLIENT_GONE' });
  });

  it('is cut by writeTimeout, as a client that takes nothing', async () => {
    const { stream, client, first, text } = await second({ writeTimeout: 50 });
    stream.sendEvent('one');
    await stream.closed;
    expect(stream.signal.reason).toMatchObject({ code: 'CLIENT_GONE' });
    const gone = new Promise((resolve) => client.on('close', resolve));
    first();
    await gone;
    expect(text()).not.toContain('one');
  });

  it('can still answer 503 in its place, or nothing', async () => {
    const { stream, first, text } = await second();
    stream.refuse(7);
    first();
    await stream.closed;
    await until(() => text().includes('HTTP/1.1 503'));
    expect(text()).toContain('Retry-After: 7'.toLowerCase());
  });
});
