import { ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createChannel,
  type EventStreamInit,
  EventStreamResponse,
  eventStreamHandler,
  preflightHandler,
} from '../src/index';
import type { NodeRequest, NodeResponse } from '../src/messages';
import { get, serve, turns, until } from './helpers';

/** Nothing may leave a microtask, a timer or a listener: vitest fails the run if something does. */
type Handle = (req: NodeRequest, res: NodeResponse, init: EventStreamInit) => unknown;

const shapes: Record<string, Handle> = {
  'an answer after the handler was called': (req, res, init) => {
    eventStreamHandler(() => new Promise(() => {}), init)(req as never, res);
    res.statusCode = 403;
    res.end('no');
  },
  'an answer after an await in the route': async (req, res, init) => {
    await Promise.resolve();
    eventStreamHandler(() => new Promise(() => {}), init)(req as never, res);
    res.statusCode = 403;
    res.end('no');
  },
  'a callback that answers by itself': (req, res, init) => {
    const callback = async () => {
      res.writeHead(403);
      res.end('no');
    };
    return eventStreamHandler(callback, init)(req as never, res);
  },
  'a callback that answers by itself and gives events': async (req, res, init) => {
    await Promise.resolve();
    const callback = () => {
      res.writeHead(403);
      res.end('no');
      return ['an event'];
    };
    return eventStreamHandler(callback, init)(req as never, res);
  },
  'an error page that is larger than any buffer': async (req, res, init) => {
    await Promise.resolve();
    eventStreamHandler(() => new Promise(() => {}), init)(req as never, res);
    res.writeHead(500);
    res.end('no'.repeat(2_500_000));
  },
  flushHeaders: (req, res, init) => {
    eventStreamHandler(() => new Promise(() => {}), init)(req as never, res);
    (res as ServerResponse).flushHeaders();
    setTimeout(() => res.end('no'), 20);
  },
};

const expected = [{ name: 'EventStreamUsageError', code: 'HEADERS_SENT' }];

describe.each(Object.entries(shapes))('%s', (_name, handle) => {
  it('ends the stream with HEADERS_SENT and stays as it is, over HTTP/1', async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const { url } = await serve((req, res) => handle(req, res, { onError }));
    const client = await get(url);
    expect(await client.ended).toBe('end');
    expect(client.text).toMatch(/^(no)+$/);
    await until(() => errors.length > 0);
    await turns(3);
    expect(errors).toMatchObject(expected);
  });

  it('ends the stream with HEADERS_SENT and stays as it is, over HTTP/2', async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const server = createHttp2Server((req, res) => void handle(req, res, { onError }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      session.destroy();
      server.close();
    });
    const stream = session.request({ ':path': '/' });
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).toMatch(/^(no)+$/);
    await until(() => errors.length > 0);
    await turns(3);
    expect(errors).toMatchObject(expected);
  });
});

it('a handler that is called twice gives the client one stream, and tells of the other', async () => {
  const errors: unknown[] = [];
  const handler = eventStreamHandler(() => ['an event'], { onError: (error) => errors.push(error) });
  const { url } = await serve(async (req, res) => {
    await Promise.all([handler(req, res), handler(req, res)]);
  });
  const client = await get(url);
  expect(await client.ended).toBe('end');
  expect(client.text.split('data: an event')).toHaveLength(2);
  await until(() => errors.length > 0);
  expect(errors).toMatchObject(expected);
});

it('two answers of a channel that is full do not meet', async () => {
  const errors: unknown[] = [];
  const channel = createChannel({ maxSubscribers: 1 });
  const handler = eventStreamHandler((stream) => channel.subscribe(stream), {
    onError: (error) => errors.push(error),
  });
  const { url } = await serve(async (req, res) => {
    if (channel.size === 0) return handler(req, res);
    await Promise.all([handler(req, res), handler(req, res)]);
  });
  await get(url);
  const client = await get(url);
  expect(client.res.statusCode).toBe(503);
  await until(() => errors.length > 0);
  expect(errors).toMatchObject(expected);
  await channel.close();
});

it('a stream that something else has ended writes no more, and is over', async () => {
  const errors: unknown[] = [];
  const streams: EventStreamResponse[] = [];
  const { url } = await serve((req, res) => {
    const stream = new EventStreamResponse(req, res, { onError: (error) => errors.push(error) });
    streams.push(stream);
    stream.sendEvent('one');
    res.on('finish', () => {
      for (let n = 0; n < 10; n++) stream.sendEvent('after the end');
    });
    setTimeout(() => {
      res.end();
      stream.sendEvent('after the end');
    }, 20);
  });
  const client = await get(url);
  expect(await client.ended).toBe('end');
  await streams[0]?.closed;
  expect(client.text).toMatch(/data: one\n\n$/);
  expect(errors).toEqual([]);
});

describe('middleware that throws', () => {
  it.each(['writeHead', 'write', 'end', 'setHeader', 'flush'] as const)(
    'in %s is told to onError, and the client is cut off',
    async (method) => {
      const errors: unknown[] = [];
      const { url } = await serve((req, res) => {
        // What `flush` belongs to wraps `write` too.
        if (method === 'flush')
          res.write = ((chunk: string) => ServerResponse.prototype.write.call(res, chunk, 'utf8')) as never;
        Object.assign(res, {
          [method]: () => {
            throw new Error(`in ${method}`);
          },
        });
        const stream = new EventStreamResponse(req, res, { onError: (error) => errors.push(error) });
        setTimeout(() => {
          stream.sendEvent('late');
          stream.end();
        }, 20);
      });
      const outcome = await get(url).then(
        (client) => client.ended,
        () => 'cut',
      );
      expect(outcome).toBe('cut');
      await until(() => errors.length > 0);
      expect(errors).toMatchObject([{ message: `in ${method}` }]);
    },
  );
});

it('preflightHandler refuses a response that something else has begun, at the call', async () => {
  const errors: unknown[] = [];
  const handler = preflightHandler({ origins: '*' });
  const { url } = await serve((req, res) => {
    res.end('begun');
    try {
      handler(req, res);
    } catch (error) {
      errors.push(error);
    }
  });
  await (await get(url, { method: 'OPTIONS' })).ended;
  expect(errors).toMatchObject(expected);
});
