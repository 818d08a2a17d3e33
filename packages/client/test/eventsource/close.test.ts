import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventSource } from '../../src/eventsource/index';
import { scriptedFetch, settle } from '../helpers/script';
import { open, serve, until } from '../helpers/server';
import { quiet, record, sendAndEnd, serveText, source } from './helpers';

const { CLOSED, CONNECTING } = EventSource;

afterEach(() => vi.useRealTimers());

describe('9.2.2 The EventSource interface: close()', () => {
  it('sets CLOSED at once, aborts the fetch before its response, and fires nothing', async () => {
    const server = await serve(() => {});
    const es = source(server.url);
    const fired = record(es);
    await until(() => server.requests.length === 1);
    es.close();
    expect(es.readyState).toBe(CLOSED);
    await until(() => server.sockets.size === 0);
    expect(fired).toEqual([]);
  });

  it('right after the call', async () => {
    const server = await serveText('data: x\n\n');
    const es = source(server.url);
    const fired = record(es);
    es.close();
    es.close();
    await quiet();
    expect(fired).toEqual([]);
    expect(es.readyState).toBe(CLOSED);
    expect(server.sockets.size).toBe(0);
  });

  it('in the open listener: no message, no later listener is spared, and the socket is released', async () => {
    const server = await serveText('data: x\n\n');
    const es = source(server.url);
    es.onopen = () => {
      es.close();
      expect(es.readyState).toBe(CLOSED);
    };
    const fired = record(es);
    await until(() => fired.length === 1);
    await until(() => server.sockets.size === 0);
    await quiet();
    expect(fired).toEqual([{ type: 'open', state: CLOSED }]);
  });

  it('in a message listener: no further message of the same chunk', async () => {
    const server = await serveText('data: 1\n\ndata: 2\n\ndata: 3\n\n');
    const es = source(server.url);
    const fired = record(es);
    es.addEventListener('message', ({ data }) => data === '2' && es.close());
    await until(() => server.sockets.size === 0 && server.requests.length === 1);
    await quiet();
    expect(fired.map(({ type, data }) => data ?? type)).toEqual(['open', '1', '2']);
  });

  it('in the error listener of a reconnection: no reconnection', async () => {
    const server = await serve((_req, res) => sendAndEnd(res, ''));
    const es = source(server.url);
    const fired = record(es);
    es.onerror = () => es.close();
    await until(() => fired.length === 2);
    await quiet();
    expect(server.requests).toHaveLength(1);
    expect(fired.map(({ type }) => type)).toEqual(['open', 'error']);
  });

  it('in the error listener of a failure', async () => {
    const server = await serve((_req, res) => res.writeHead(404).end());
    const es = source(server.url);
    const fired = record(es);
    es.onerror = () => es.close();
    await until(() => fired.length === 1);
    await quiet(20);
    expect(fired).toEqual([{ type: 'error', state: CLOSED }]);
  });

  it('while waiting: leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { fetch, call, calls } = scriptedFetch();
    const es = source('http://127.0.0.1/', { fetch });
    call(0).fail('no network');
    await settle();
    expect(es.readyState).toBe(CONNECTING);
    expect(vi.getTimerCount()).toBe(1);
    es.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100_000);
    await settle();
    expect(calls).toHaveLength(1);
  });

  it('while open: the end of the body that follows leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { fetch, call } = scriptedFetch();
    const es = source('http://127.0.0.1/', { fetch });
    call(0).open();
    await settle();
    expect(es.readyState).toBe(EventSource.OPEN);
    es.close();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('before the response: a network error that follows leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { fetch, call } = scriptedFetch();
    source('http://127.0.0.1/', { fetch }).close();
    call(0).fail('no network');
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('between the timer and its task', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { fetch, call, calls } = scriptedFetch();
    const es = source('http://127.0.0.1/', { fetch });
    call(0).fail('no network');
    await settle();
    vi.advanceTimersByTime(3000);
    es.close();
    await settle();
    expect(calls).toHaveLength(1);
  });

  it('a response that comes all the same, of a fetch that heeds no signal, is cancelled', async () => {
    let resolve: (response: Response) => void = () => {};
    let cancelled = false;
    const fetch = () =>
      new Promise<Response>((settle) => {
        resolve = settle;
      });
    const es = source('http://127.0.0.1/', { fetch });
    const fired = record(es);
    es.close();
    const body = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    await until(() => cancelled);
    expect(fired).toEqual([]);
  });

  it('a body that is read is cancelled, of a fetch that heeds no signal', async () => {
    let cancelled = false;
    const body = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    const headers = { 'content-type': 'text/event-stream' };
    const es = source('http://127.0.0.1/', { fetch: async () => new Response(body, { headers }) });
    const fired = record(es);
    await until(() => fired.length === 1);
    es.close();
    await until(() => cancelled);
    await quiet(20);
    expect(fired).toHaveLength(1);
  });

  it('an open connection is kept until then', async () => {
    const server = await serve((_req, res) => open(res));
    const es = source(server.url);
    const fired = record(es);
    await until(() => fired.length === 1);
    await quiet(100);
    expect(server.sockets.size).toBe(1);
    es.close();
    await until(() => server.sockets.size === 0);
  });
});
