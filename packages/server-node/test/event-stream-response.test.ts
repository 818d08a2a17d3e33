import { Agent, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type EventStreamInit, EventStreamResponse } from '../src/index';
import { deaf, get, serve, turns, until } from './helpers';

/** A server whose streams the test holds in its hands. */
async function streams(init: EventStreamInit = {}, prepare: (res: ServerResponse) => void = () => {}) {
  const open: { stream: EventStreamResponse; res: ServerResponse; socket: Socket }[] = [];
  const server = await serve((req, res) => {
    prepare(res);
    open.push({ stream: new EventStreamResponse(req, res, init), res, socket: req.socket });
  });
  const next = async (index: number) => {
    await until(() => open.length > index, 'a request');
    const one = open[index];
    if (!one) throw new Error('no stream');
    return one;
  };
  return { ...server, open, next };
}

describe('the head', () => {
  it('goes out at once, with the announcement and before any event', async () => {
    const { url } = await streams();
    const client = await get(url);
    expect(client.res.statusCode).toBe(200);
    expect(client.res.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'transfer-encoding': 'chunked',
    });
    await until(() => client.text === ': eventwire heartbeat=15000\n');
  });

  it('goes out at once also without an announcement', async () => {
    const { url } = await streams({ heartbeat: false });
    const client = await get(url);
    expect(client.res.headers['content-type']).toBe('text/event-stream');
    expect(client.text).toBe('');
  });

  it('takes the fields given, over the defaults, beside what was set before', async () => {
    const { url } = await streams(
      {
        status: 201,
        headers: {
          'Cache-Control': 'no-cache',
          'X-Own': 'yes',
          'Set-Cookie': ['b=2', 'c=3'],
          absent: undefined,
        },
      },
      (res) => {
        res.setHeader('Content-Type', 'application/json');
        res.setHeader('Content-Length', 5);
        res.setHeader('X-Own', 'no');
        res.setHeader('X-Before', 'kept');
        res.setHeader('Set-Cookie', 'a=1');
      },
    );
    const { res } = await get(url);
    expect(res.statusCode).toBe(201);
    expect(res.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-own': 'yes',
      'x-before': 'kept',
      'set-cookie': ['a=1', 'b=2', 'c=3'],
    });
    expect(res.headers).not.toHaveProperty('content-length');
    expect(res.headers).not.toHaveProperty('absent');
  });

  describe('has every field', () => {
    const init: EventStreamInit = {
      heartbeat: false,
      headers: { 'Set-Cookie': ['a=1', 'b=2', 'c=3'], Vary: 'Accept', 'X-Own': 'yes' },
      cors: { origins: ['https://app.example'] },
    };
    const fields = {
      'content-type': ['text/event-stream'],
      'cache-control': ['no-store, no-transform'],
      'x-own': ['yes'],
      'set-cookie': ['a=1', 'b=2', 'c=3'],
      vary: ['Accept', 'Origin'],
      'access-control-allow-origin': ['https://app.example'],
    };
    /** The fields as they stand on the wire, one by one. */
    async function head(prepare: (res: ServerResponse) => void, method = 'GET') {
      const { url, next } = await streams(init, prepare);
      const client = await get(url, { method, headers: { origin: 'https://app.example' } });
      return { fields: client.res.headersDistinct, res: (await next(0)).res };
    }

    it('on a response that nobody has touched, of which node keeps none', async () => {
      const { fields: found, res } = await head(() => {});
      expect(found).toMatchObject(fields);
      expect(res.getHeaderNames()).toEqual([]);
    });

    it('for HEAD', async () => {
      expect((await head(() => {}, 'HEAD')).fields).toMatchObject(fields);
    });

    it('beside one that was set before, and can be asked for them then', async () => {
      const { fields: found, res } = await head((res) => res.setHeader('Set-Cookie', ['x=1', 'y=2']));
      const cookies = ['x=1', 'y=2', 'a=1', 'b=2', 'c=3'];
      expect(found).toMatchObject({ ...fields, 'set-cookie': cookies });
      expect(res.getHeader('content-type')).toBe('text/event-stream');
      expect(res.getHeader('set-cookie')).toEqual(cookies);
    });

    it('behind a wrapper around writeHead, which sees them, and may pass on the status alone', async () => {
      const seen: unknown[] = [];
      const { fields: found } = await head((res) => {
        const { writeHead } = res;
        res.writeHead = (status: number) => {
          seen.push(res.getHeader('cache-control'), res.getHeader('set-cookie'));
          res.setHeader('X-Late', 'too');
          return writeHead.call(res, status);
        };
      });
      expect(seen).toEqual(['no-store, no-transform', ['a=1', 'b=2', 'c=3']]);
      expect(found).toMatchObject({ ...fields, 'x-late': ['too'] });
    });

    it('behind a wrapper around setHeader, which sees them too', async () => {
      const seen: string[] = [];
      const { fields: found } = await head((res) => {
        const { setHeader } = res;
        res.setHeader = (name, value) => {
          seen.push(name);
          return setHeader.call(res, name, value);
        };
      });
      expect(seen).toContain('cache-control');
      expect(found).toMatchObject(fields);
    });
  });

  it('is all there is for HEAD', async () => {
    const { url, next } = await streams({ heartbeat: 20, retry: 5 });
    const client = await get(url, { method: 'HEAD' });
    expect(client.res.headers['content-type']).toBe('text/event-stream');
    expect(await client.ended).toBe('end');
    const { stream } = await next(0);
    await stream.closed;
    await expect(stream.sendEvent('x')).rejects.toMatchObject({ name: 'EventStreamClosedError' });
  });

  it('cannot go out twice', async () => {
    const errors: unknown[] = [];
    const { url } = await serve((req, res) => {
      res.writeHead(200).write('begun');
      try {
        new EventStreamResponse(req, res);
      } catch (error) {
        errors.push(error);
      }
      res.end();
    });
    await (await get(url)).ended;
    expect(errors).toMatchObject([{ name: 'EventStreamUsageError', code: 'HEADERS_SENT' }]);
    expect(String(errors[0])).toContain('answer a request by an event stream or by yourself, not by both');
  });

  it('is for HTTP/1.0 one whose body ends with the connection', async () => {
    const { port, next } = await streams({ heartbeat: false });
    const socket = await deaf(port, 'GET / HTTP/1.0\r\n\r\n');
    const { stream } = await next(0);
    await stream.sendEvent('x');
    stream.close();
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    expect(text.split('\r\n\r\n')[1]).toBe('data: x\n\n');
  });
});

describe('lastEventId', () => {
  it.each([
    ['the header', '/', { 'Last-Event-ID': '7' }, '7'],
    ['the header as UTF-8', '/', { 'Last-Event-ID': Buffer.from('ключ-é').toString('latin1') }, 'ключ-é'],
    ['the header before the query', '/?lastEventId=2', { 'Last-Event-ID': '1' }, '1'],
    ['the query', '/a?x=1&lastEventId=%D0%BA%2B', {}, 'к+'],
    ['the query where the header is empty', '/?lastEventId=2', { 'Last-Event-ID': '' }, '2'],
    ['nothing', '/a?b', {}, ''],
    ['an empty parameter', '/?lastEventId=', {}, ''],
  ])('comes from %s', async (_name, path, headers, id) => {
    const { url, next } = await streams();
    await get(new URL(path, url).href, { headers });
    expect((await next(0)).stream.lastEventId).toBe(id);
  });
});

describe('backpressure', () => {
  it('keeps sendEvent waiting while a client does not read, in bounded memory, until it leaves', async () => {
    const { port, next } = await streams();
    const socket = await deaf(port);
    const { stream, res } = await next(0);
    const event = 'x'.repeat(10_000);
    let sent = 0;
    let largest = 0;
    const outcome = (async () => {
      // So many that no socket takes them, and not for ever where nothing holds them back.
      while (sent < 10_000) {
        await stream.sendEvent(event);
        sent++;
        largest = Math.max(largest, res.writableLength);
      }
    })().catch((error: unknown) => error);
    await until(() => res.writableLength >= 65_536 || sent === 10_000, 'a full connection');
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(10_000);
    expect(largest).toBeLessThan(65_536 + 2 * 10_100);
    socket.destroy();
    expect(await outcome).toMatchObject({ code: 'CLIENT_GONE' });
    await stream.closed;
  });

  it('cuts off who takes nothing for as long as writeTimeout', async () => {
    const { port, next } = await streams({ writeTimeout: 100 });
    const socket = await deaf(port);
    const { stream, socket: ours } = await next(0);
    // More than any socket buffers.
    await expect(stream.sendEvent('x'.repeat(12_000_000))).rejects.toMatchObject({ code: 'CLIENT_GONE' });
    await stream.closed;
    expect(ours.destroyed).toBe(true);
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    expect(received).toBeLessThan(12_000_000);
  });

  it('lets go when the client reads on', async () => {
    const { port, next } = await streams({ highWaterMark: 1 });
    const socket = await deaf(port);
    const { stream } = await next(0);
    let done = false;
    // More than any socket buffers.
    const sent = stream.sendEvent('x'.repeat(30_000_000)).then(() => {
      done = true;
    });
    await turns(20);
    expect(done).toBe(false);
    socket.resume();
    await sent;
    stream.close();
  });

  it('keeps who writes on waiting where writing fails, until the connection is found to be closed', async () => {
    const { url, next } = await streams();
    const client = await get(url);
    const { stream, res } = await next(0);
    // As on a socket that has been destroyed, whose 'close' comes in a later turn: who went on writing would never let it come.
    res.write = ((_: unknown, callback: (error: Error) => void) => {
      process.nextTick(callback, new Error('This socket has been ended'));
      return false;
    }) as typeof res.write;
    let sent = 0;
    const outcome = (async () => {
      while (sent < 1000) {
        await stream.sendEvent('x'.repeat(10_000));
        sent++;
      }
    })().catch((error: unknown) => error);
    await turns(3);
    expect(sent).toBeLessThan(10);
    client.req.destroy();
    expect(await outcome).toMatchObject({ code: 'CLIENT_GONE' });
  });

  it('works behind a wrapper that drops the callback of write, and flushes it', async () => {
    let flushed = 0;
    const { port, next } = await streams({}, (res) => {
      const write = res.write;
      // As compression middleware does.
      res.write = function (this: ServerResponse, chunk: unknown) {
        return write.call(this, chunk, 'utf8');
      } as typeof write;
      Object.assign(res, {
        flush() {
          flushed++;
        },
      });
    });
    const socket = await deaf(port);
    const { stream, res } = await next(0);
    const event = 'x'.repeat(10_000);
    let sent = 0;
    const outcome = (async () => {
      while (sent < 5000) {
        await stream.sendEvent(event);
        sent++;
      }
      stream.end();
    })();
    await until(() => res.writableNeedDrain || sent === 5000, 'a full connection');
    await turns(20);
    expect(sent).toBeLessThan(5000);
    expect(res.writableLength).toBeLessThan(200_000);
    socket.resume();
    await outcome;
    await stream.closed;
    expect(flushed).toBeGreaterThan(500);
  });
});

describe('heartbeat', () => {
  it('comes only when idle', async () => {
    // Not those of the event loop, since the sockets are real.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { url, next } = await streams({ heartbeat: 400 });
    const client = await get(url);
    const { stream } = await next(0);
    let text = ': eventwire heartbeat=400\n';
    for (let i = 0; i < 10; i++) {
      await stream.sendEvent('x');
      await turns(1);
      text += 'data: x\n\n';
      vi.advanceTimersByTime(399);
    }
    vi.advanceTimersByTime(1);
    await until(() => client.text.length > text.length);
    vi.advanceTimersByTime(400);
    await until(() => client.text === `${text}:\n:\n`);
  });
});

describe('a client that leaves', () => {
  it('aborts the signal', async () => {
    const { url, next } = await streams();
    const client = await get(url);
    const { stream } = await next(0);
    client.req.destroy();
    await stream.closed;
    expect(stream.signal.reason).toMatchObject({ code: 'CLIENT_GONE' });
  });

  it('before the head went out makes a stream that is over, and throws nothing', async () => {
    const made: EventStreamResponse[] = [];
    let asked = false;
    const { port } = await serve((req, res) => {
      asked = true;
      req.socket.on('close', () => {
        made.push(new EventStreamResponse(req, res, { retry: 5 }));
      });
    });
    const socket = await deaf(port);
    await until(() => asked, 'a request');
    socket.destroy();
    await until(() => made.length === 1);
    await made[0]?.closed;
    expect(made[0]?.signal.reason).toMatchObject({ code: 'CLIENT_GONE' });
    await expect(made[0]?.sendEvent('x')).rejects.toMatchObject({ code: 'CLIENT_GONE' });
  });

  it('with a reset crashes nothing', async () => {
    const { port, next } = await streams();
    const socket = await deaf(port);
    const { stream } = await next(0);
    for (let i = 0; i < 100; i++) stream.sendEvent('x'.repeat(10_000));
    socket.resetAndDestroy();
    await stream.closed;
    stream.sendEvent('x');
    stream.end();
  });

  it('whose request waited behind another on its connection is noticed too', async () => {
    const { port, next } = await streams();
    const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    const socket = await deaf(port, request + request);
    const { stream } = await next(1);
    socket.destroy();
    await stream.closed;
  });
});

describe('a keep-alive connection', () => {
  it('serves one stream after the other, and keeps nothing of them', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { url, server, next } = await streams({ onFinish: 'close' });
    server.keepAliveTimeout = 0; // so that node itself does not set the timeout anew
    server.timeout = 60_000;
    let listeners: number[] = [];
    const count = (socket: Socket) => socket.eventNames().map((name) => socket.listenerCount(name));
    for (let i = 0; i < 200; i++) {
      const getting = get(url, { agent });
      const { stream, res, socket } = await next(i);
      expect(socket.timeout).toBe(0);
      if (i % 2 === 0) await stream.sendEvents(['a', 'b']);
      else stream.end();
      const client = await getting;
      expect(await client.ended).toBe('end');
      await stream.closed;
      expect(res.listenerCount('error') + res.listenerCount('drain')).toBe(0);
      expect(socket.timeout).toBe(60_000);
      if (i === 1) listeners = count(socket);
    }
    const { socket } = await next(199);
    expect(socket).toBe((await next(0)).socket);
    expect(count(socket)).toEqual(listeners);
    agent.destroy();
    // Warnings come in a later turn.
    await turns(2);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('a data source that fails', () => {
  it('in the middle of its block cuts the connection', async () => {
    const { url, next } = await streams({ heartbeat: false });
    const client = await get(url);
    const { stream } = await next(0);
    const sent = stream.sendEvent({
      data: (async function* () {
        yield 'half';
        await until(() => client.text !== '');
        throw new Error('secret');
      })(),
    });
    await expect(sent).rejects.toThrow('secret');
    expect(await client.ended).toBe('cut');
    expect(client.text).toBe('data: half\n');
  });
});
