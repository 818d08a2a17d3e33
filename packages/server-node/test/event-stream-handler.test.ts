import { describe, expect, it, vi } from 'vitest';
import {
  createChannel,
  type EventStreamInit,
  type EventStreamResponse,
  eventStreamHandler,
  ServerEvent,
  streamEvents,
} from '../src/index';
import { get, serve, until } from './helpers';

const quiet = { heartbeat: false } as const;

describe('eventStreamHandler', () => {
  it('sends what a generator gives, and ends', async () => {
    const handler = eventStreamHandler(
      async function* () {
        yield 'one';
        yield ServerEvent.json({ n: 2 }, { type: 'two', id: '2' });
      },
      { ...quiet, retry: 2000 },
    );
    const { url } = await serve(handler);
    for (const _ of [1, 2]) {
      const client = await get(url);
      expect(await client.ended).toBe('end');
      expect(client.text).toBe(
        'retry: 2000\ndata: one\n\nevent: two\ndata: {"n":2}\nid: 2\n\nevent: eventwire:end\ndata: {}\n\n',
      );
    }
  });

  it('has streamEvents beside it, which serves one request, and settles with its end', async () => {
    let over = false;
    const { url } = await serve(async (req, res) => {
      await streamEvents(req, res, (stream) => [`after ${stream.lastEventId}`], quiet);
      over = true;
    });
    const client = await get(`${url}?lastEventId=7`);
    expect(await client.ended).toBe('end');
    expect(client.text).toBe('data: after 7\n\nevent: eventwire:end\ndata: {}\n\n');
    await until(() => over);
    expect(() => streamEvents({} as never, {} as never, 'x' as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'callback' }),
    );
  });

  it('works after the body of a POST was read, and hears of a client that leaves', async () => {
    let stream: EventStreamResponse | undefined;
    let cleaned = 0;
    const handler = eventStreamHandler(async function* (response, req) {
      stream = response;
      try {
        yield (req as { body?: string }).body ?? '';
        await new Promise((resolve) => response.signal.addEventListener('abort', resolve));
        yield 'nobody reads this';
      } finally {
        cleaned++;
      }
    }, quiet);
    let settled = false;
    const { url } = await serve(async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      await handler(Object.assign(req, { body }), res);
      settled = true;
    });
    const client = await get(url, { method: 'POST' }, 'question');
    await until(() => client.text === 'data: question\n\n');
    expect(settled).toBe(false);
    client.req.destroy();
    await until(() => settled && cleaned === 1);
    expect(stream?.signal.aborted).toBe(true);
  });

  it('keeps a stream open for a subscription, and clients resume', async () => {
    const channel = createChannel();
    const { url } = await serve(
      eventStreamHandler((response) => channel.subscribe(response, { initial: () => ['state'] }), {
        ...quiet,
        retry: 10,
      }),
    );
    const first = await get(url);
    await until(() => first.text.includes('eventwire:cursor'));
    expect(first.text).toMatch(
      /^retry: 10\ndata: state\n\nevent: eventwire:cursor\ndata: \{\}\nid: \S+\n\n$/,
    );
    const id = await channel.publish('a');
    await until(() => first.text.endsWith(`data: a\nid: ${id}\n\n`));
    first.req.destroy();
    await until(() => channel.size === 0);
    const missed = await channel.publish('b');
    const second = await get(url, { headers: { 'Last-Event-ID': id } });
    await until(() => second.text !== 'retry: 10\n' && second.text !== '');
    expect(second.text).toBe(`retry: 10\ndata: b\nid: ${missed}\n\n`);
    await channel.close();
    expect(await second.ended).toBe('end');
    expect(second.text).not.toContain('eventwire:end');
  });

  it('reports what the callback throws, responds with 500, and never rejects', async () => {
    const onError = vi.fn();
    const handler = eventStreamHandler(
      () => {
        throw new Error('secret');
      },
      { ...quiet, onError },
    );
    const outcomes: unknown[] = [];
    const { url } = await serve((req, res) => handler(req, res).then(() => outcomes.push('resolved')));
    const client = await get(url);
    expect(await client.ended).toBe('end');
    expect(client.res.statusCode).toBe(500);
    expect(client.text).toBe('Internal Server Error\n');
    await until(() => outcomes.length === 1);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'secret' }));
  });

  it('reports a response that was begun by someone else, and leaves it alone', async () => {
    const onError = vi.fn();
    const handler = eventStreamHandler(() => {}, { onError });
    const { url } = await serve(async (req, res) => {
      res.write('begun, ');
      await handler(req, res);
      res.end('done');
    });
    const client = await get(url);
    expect(await client.ended).toBe('end');
    expect(client.text).toBe('begun, done');
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'HEADERS_SENT' }));
  });

  it.each<[string, EventStreamInit]>([
    ['maxDuration', { maxDuration: 30 }],
    ['expiresAt', { expiresAt: new Date(0) }],
    ['revalidate', { revalidate: async () => false, revalidateInterval: 5 }],
  ])(
    'closes the response by %s, and the generator with it, so that the client comes back',
    async (_, init) => {
      let cleaned = 0;
      const { url } = await serve(
        eventStreamHandler(
          async function* ({ signal }) {
            try {
              yield 'x';
              await new Promise((resolve) => signal.addEventListener('abort', resolve));
            } finally {
              cleaned++;
            }
          },
          { ...quiet, ...init },
        ),
      );
      const client = await get(url);
      expect(await client.ended).toBe('end');
      await until(() => cleaned === 1);
      expect(client.text).toBe('data: x\n\n');
    },
  );

  it('does not start the work for a HEAD request', async () => {
    const callback = vi.fn();
    const { url } = await serve(eventStreamHandler(callback));
    const client = await get(url, { method: 'HEAD' });
    expect(await client.ended).toBe('end');
    expect(callback).not.toHaveBeenCalled();
  });

  it('checks at the call', () => {
    expect(() => eventStreamHandler(() => {}, { retry: -1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'retry' }),
    );
    expect(() => eventStreamHandler('x' as unknown as () => void)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'callback' }),
    );
  });
});
