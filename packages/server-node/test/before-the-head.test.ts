import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createChannel, createMemoryLog, type EventStreamInit, eventStreamHandler } from '../src/index';
import { get, serve, until } from './helpers';

const quiet: EventStreamInit = { heartbeat: false, onError: () => {} };

describe('A handler that holds the head', () => {
  it.each([204, 401, 404, 410])('can respond with %i after it has looked something up', async (status) => {
    const { url } = await serve(
      eventStreamHandler(async (stream) => {
        stream.hold();
        await wait(5);
        stream.respond({ status, headers: { 'X-Own': 'yes', 'Set-Cookie': ['a=1', 'b=2'] } });
      }, quiet),
    );
    const client = await get(url);
    expect(await client.ended).toBe('end');
    expect(client.res.statusCode).toBe(status);
    expect(client.res.headers).toMatchObject({
      'x-own': 'yes',
      'set-cookie': ['a=1', 'b=2'],
      'cache-control': 'no-store',
    });
    expect(client.text).toBe('');
  });

  it('can open the stream, or send an event, after that', async () => {
    const { url } = await serve(
      eventStreamHandler(async (stream, req) => {
        stream.hold();
        await wait(5);
        if (req.url === '/open') stream.open();
        return ['found'];
      }),
    );
    for (const path of ['', 'open']) {
      const client = await get(`${url}${path}`);
      expect(await client.ended).toBe('end');
      expect(client.text).toBe(
        ': eventwire heartbeat=15000\ndata: found\n\nevent: eventwire:end\ndata: {}\n\n',
      );
    }
  });

  it('is answered with 500 if it throws', async () => {
    const { url } = await serve(
      eventStreamHandler(async (stream) => {
        stream.hold();
        await wait(5);
        throw new Error('secret');
      }, quiet),
    );
    const client = await get(url);
    expect(await client.ended).toBe('end');
    expect([client.res.statusCode, client.text]).toEqual([500, 'Internal Server Error\n']);
  });

  it('hears of a client that leaves meanwhile', async () => {
    let reason: unknown;
    const { url } = await serve(
      eventStreamHandler(async (stream) => {
        stream.hold();
        await stream.closed;
        reason = stream.signal.reason;
      }, quiet),
    );
    const controller = new AbortController();
    const response = fetch(url, { signal: controller.signal }).catch((error: Error) => error.name);
    await wait(20);
    controller.abort();
    expect(await response).toBe('AbortError');
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: 'CLIENT_GONE' });
  });
});

describe('A callback that throws before it waits for anything', () => {
  it.each([
    ['an async function', async () => Promise.reject(new Error('secret'))],
    [
      'an async generator',
      // biome-ignore lint/correctness/useYield: it throws before
      async function* () {
        throw new Error('secret');
      },
    ],
  ])('is answered with what onError returns: %s', async (_name, callback) => {
    const { url } = await serve(
      eventStreamHandler(callback as never, {
        onError: () => ({ status: 503, headers: { 'Retry-After': '7' } }),
      }),
    );
    const client = await get(url);
    expect(client.res.statusCode).toBe(503);
    expect(client.res.headers['retry-after']).toBe('7');
  });
});

describe('A POST', () => {
  it('has the events and nothing else, and ends with its body', async () => {
    const { url } = await serve(eventStreamHandler(() => ['to be', 'or not']));
    const response = await fetch(url, { method: 'POST' });
    expect(await response.text()).toBe('data: to be\n\ndata: or not\n\n');
  });

  it('is cut where its source fails, behind the events before', async () => {
    const { url } = await serve(
      eventStreamHandler(async function* () {
        yield 'to be';
        await wait(5);
        throw new Error('secret');
      }, quiet),
    );
    const client = await get(url, { method: 'POST' });
    expect(await client.ended).toBe('cut');
    expect(client.text).toBe('data: to be\n\n');
  });
});

it('A gap is a 410 for a client without the conventions, however late the log says so', async () => {
  const log = createMemoryLog({ maxEvents: 1 });
  const late = new Proxy(log, {
    get(target, name: keyof typeof log) {
      const member: unknown = target[name];
      if (typeof member !== 'function') return member;
      return name === 'read'
        ? (...args: unknown[]) => wait(10).then(() => member.apply(log, args))
        : member.bind(log);
    },
  });
  const channel = createChannel({ log: late });
  const first = await channel.publish('a');
  await channel.publish('b');
  const newest = await channel.publish('c');
  const { url } = await serve(
    eventStreamHandler((stream) => channel.subscribe(stream), { conventions: false }),
  );
  const gone = await get(url, { headers: { 'Last-Event-ID': first } });
  expect(await gone.ended).toBe('end');
  expect(gone.res.statusCode).toBe(410);
  const here = await get(url, { headers: { 'Last-Event-ID': newest } });
  expect(here.res.statusCode).toBe(200);
  await channel.close();
});
