import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventSource } from '../../src/eventsource/index';
import { scriptedFetch, settle } from '../helpers/script';
import { open, serve, until } from '../helpers/server';
import { quiet, record, sendAndEnd, source } from './helpers';

const { OPEN, CLOSED, CONNECTING } = EventSource;

afterEach(() => vi.useRealTimers());

/** A fetch that answers as told, and timers that move only when told to. */
function scripted() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const script = scriptedFetch();
  const es = source('http://127.0.0.1/', { fetch: script.fetch });
  const pass = async (ms: number) => {
    vi.advanceTimersByTime(ms);
    await settle();
  };
  return { ...script, es, fired: record(es), pass };
}

describe('9.2.3 Processing model: reestablish the connection', () => {
  it('after the end of the body: CONNECTING, a simple event error, and open again', async () => {
    const server = await serve((_req, res, count) => {
      if (count === 1) sendAndEnd(res, 'data: ok\n\n');
      else open(res).write('data: again\n\n');
    });
    const fired = record(source(server.url));
    await until(() => fired.length === 5);
    expect(fired).toEqual([
      { type: 'open', state: OPEN },
      { type: 'message', state: OPEN, data: 'ok', lastEventId: '' },
      { type: 'error', state: CONNECTING },
      { type: 'open', state: OPEN },
      { type: 'message', state: OPEN, data: 'again', lastEventId: '' },
    ]);
  });

  it('after a body that broke, the unfinished block discarded', async () => {
    const server = await serve((_req, res, count) => {
      if (count > 1) open(res).write('data: again\n\n');
      else open(res).write('retry: 1\ndata: whole\n\ndata: half\n', () => res.destroy());
    });
    const fired = record(source(server.url));
    await until(() => fired.length === 5);
    expect(fired.map(({ type, data }) => data ?? type)).toEqual(['open', 'whole', 'error', 'open', 'again']);
  });

  it('after a network error, without an open', async () => {
    const { es, fired, call, calls, pass } = scripted();
    call(0).fail('no network');
    await settle();
    expect(fired).toEqual([{ type: 'error', state: CONNECTING }]);
    await pass(3000);
    expect(calls).toHaveLength(2);
    call(1).open();
    await settle();
    expect(es.readyState).toBe(OPEN);
  });

  it('after a server that went away, and came back with 204: the end', async () => {
    const server = await serve((_req, res, count) => {
      if (count === 1) sendAndEnd(res, 'data: opened\n\n');
      else if (count === 2) sendAndEnd(res, 'data: reconnected\n\n');
      else res.writeHead(204).end();
    });
    const fired = record(source(server.url));
    await until(() => fired.at(-1)?.state === CLOSED);
    await quiet();
    expect(fired.map(({ type, data, state }) => `${data ?? type} ${state}`)).toEqual([
      'open 1',
      'opened 1',
      'error 0',
      'open 1',
      'reconnected 1',
      'error 0',
      'error 2',
    ]);
    expect(server.requests).toHaveLength(3);
  });

  it('waits the reconnection time, which is 3 s at first', async () => {
    const { call, calls, pass } = scripted();
    call(0).open().end();
    await settle();
    await pass(2999);
    expect(calls).toHaveLength(1);
    await pass(1);
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['retry: 500\n', 500],
    ['retry:0\n', 100], // optionally, wait some more: never hundreds of requests a second
    ['retry: 99\n', 100],
    ['retry: 1000\nretry: 2000\n', 2000],
    ['retry: 500', 3000], // no line yet
    ['retry: 500\nretry: 1000x\n', 500],
    ['retry: 500\nretry: -1\n', 500],
    ['retry: 500\nretry\n', 500],
    ['retry: 500\nretry: 1.5\n', 500],
    ['retry: 00700\n', 700],
    ['retry: 500\ndata: unfinished', 500],
    ['retry: 99999999999999999999\n', 2 ** 31 - 1], // what a timer can wait
  ])('by %j it waits %i ms', async (text, ms) => {
    const { call, calls, pass } = scripted();
    call(0).open().send(text).end();
    await settle();
    await pass(ms - 1);
    expect(calls).toHaveLength(1);
    await pass(1);
    expect(calls).toHaveLength(2);
  });

  it('keeps the reconnection time over connections that say none', async () => {
    const { call, calls, pass } = scripted();
    call(0).open().send('retry: 170\n').end();
    await settle();
    await pass(170);
    call(1).open().end();
    await settle();
    await pass(169);
    expect(calls).toHaveLength(2);
    await pass(1);
    expect(calls).toHaveLength(3);
  });

  it('optionally waits some more: at most 30 s after many network errors, none after a response', async () => {
    const { call, calls, pass } = scripted();
    vi.spyOn(Math, 'random').mockReturnValue(0.999999);
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      call(i).fail('no network');
      await settle();
      let waited = 0;
      for (; calls.length === i + 1; waited += 500) await pass(500);
      waits.push(waited);
    }
    expect(waits).toEqual([3000, 4000, 5000, 7000, 11_000, 19_000, 33_000, 33_000]);
    call(8).open().end();
    await settle();
    await pass(3000);
    expect(calls).toHaveLength(10);
    vi.restoreAllMocks();
  });

  it('fires error before the next request, however short the reconnection time', async () => {
    const order: string[] = [];
    const headers = { 'content-type': 'text/event-stream' };
    const es = source('http://127.0.0.1/', {
      fetch: async () => {
        order.push('fetch');
        return new Response('retry: 0\ndata: x\n\n', { headers });
      },
    });
    for (const type of ['open', 'message', 'error']) es.addEventListener(type, () => order.push(type));
    await until(() => order.length >= 8);
    es.close();
    expect(order.slice(0, 8)).toEqual([
      'fetch',
      'open',
      'message',
      'error',
      'fetch',
      'open',
      'message',
      'error',
    ]);
  });

  it('what is too large for any buffer fails the connection, since it would come again', async () => {
    const { es, call, fired, pass, calls } = scripted();
    call(0)
      .open()
      .send('data: x\n\n')
      .send(`data: ${'a'.repeat(17 * 1024 * 1024)}`);
    for (let i = 0; es.readyState !== CLOSED && i < 100; i++) await settle();
    expect(fired.map(({ type, state }) => `${type} ${state}`)).toEqual(['open 1', 'message 1', 'error 2']);
    await pass(100_000);
    expect(calls).toHaveLength(1);
    expect(call(0).cancelled).toBe(true);
  });
});
