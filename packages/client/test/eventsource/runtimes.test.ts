import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventSource } from '../../src/eventsource/index';
import { open, serve, until } from '../helpers/server';
import { quiet, record, source } from './helpers';

const headers = { 'content-type': 'text/event-stream' };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe('runtimes that lack something', () => {
  const all = ['headers', 'signal', 'cache', 'credentials'];

  it.each([[['cache']], [['credentials']], [['cache', 'credentials']]])(
    'a fetch that refuses %j, as that of Workers does, gets each request without them',
    async (refused) => {
      const passed: string[][] = [];
      const fetch = async (_url: string, init: RequestInit) => {
        passed.push(Object.keys(init));
        for (const name of refused) {
          if (name in init)
            throw new Error(`The '${name}' field on 'RequestInitializerDict' is not implemented.`);
        }
        return new Response('retry: 1\ndata: x\n\n', { headers });
      };
      const fired = record(source('http://127.0.0.1/', { fetch, withCredentials: true }));
      await until(() => fired.filter(({ type }) => type === 'message').length >= 2);
      expect(fired.slice(0, 3).map(({ type }) => type)).toEqual(['open', 'message', 'error']);
      const rest = all.filter((name) => !refused.includes(name));
      const attempts = passed.filter((names) => names.length === rest.length);
      expect(attempts.slice(0, 2)).toEqual([rest, rest]);
      expect(passed[0]).toEqual(all);
    },
  );

  it('a network error that quotes a URL with such words drops no member', async () => {
    const passed: string[][] = [];
    const fetch = async (url: string, init: RequestInit) => {
      passed.push(Object.keys(init));
      if (passed.length === 1) throw new TypeError(`cannot fetch ${url}, unknown RequestInit`);
      return new Response('data: x\n\n', { headers });
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const url = "http://127.0.0.1/cache/credentials?'cache'+field=cache";
      const fired = record(source(url, { fetch, withCredentials: true }));
      for (let turn = 0; fired.length === 0 && turn < 100; turn++) await new Promise(setImmediate);
      expect(passed).toEqual([all]);
      vi.advanceTimersByTime(3000);
      for (let turn = 0; fired.length < 3 && turn < 100; turn++) await new Promise(setImmediate);
      expect(passed.slice(0, 2)).toEqual([all, all]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('a fetch that refuses what has been left out is asked again as after any network error', async () => {
    let calls = 0;
    const fetch = async () => {
      calls += 1;
      throw new TypeError('Unsupported cache mode: no-store');
    };
    const fired = record(source('http://127.0.0.1/', { fetch }));
    await until(() => fired.length === 1);
    await quiet(20);
    expect(fired).toEqual([{ type: 'error', state: EventSource.CONNECTING }]);
    expect(calls).toBe(2); // with the member, and without
  });

  it.each([
    ['no body property', { status: 200, headers: new Headers(headers), url: '' }],
    ['nothing', undefined],
  ])('a fetch that resolves with %s fails the connection', async (_name, response) => {
    const fired = record(source('http://127.0.0.1/', { fetch: async () => response as unknown as Response }));
    await until(() => fired.length === 1);
    await quiet(20);
    expect(fired).toEqual([{ type: 'error', state: EventSource.CLOSED }]);
  });

  it('a stream of something that is no bytes fails the connection', async () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue({}),
    });
    const response = { status: 200, headers: new Headers(headers), url: '', body };
    const fired = record(source('http://127.0.0.1/', { fetch: async () => response as unknown as Response }));
    await until(() => fired.length === 2);
    expect(fired[1]).toEqual({ type: 'error', state: EventSource.CLOSED });
  });

  it.each([['setImmediate'], ['setImmediate', 'MessageChannel']])(
    'without %s, tasks run all the same',
    async (...names) => {
      const body = 'data: 1\n\ndata: 2\n\n';
      for (const name of names) vi.stubGlobal(name, undefined);
      const es = source('http://127.0.0.1/', { fetch: async () => new Response(body, { headers }) });
      const order: string[] = [];
      es.onmessage = async ({ data }) => {
        order.push(data);
        for (let i = 0; i < 50; i++) await undefined;
        order.push(`after ${data}`);
      };
      await until(() => order.length === 4);
      expect(order).toEqual(['1', 'after 1', '2', 'after 2']);
    },
  );

  it('without setImmediate, tasks are messages: browsers hold up timers', async () => {
    vi.stubGlobal('setImmediate', undefined);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); // none of them is ever due
    try {
      const fetch = async () => new Response('data: 1\n\ndata: 2\n\n', { headers });
      const fired = record(source('http://127.0.0.1/', { fetch }));
      for (let turn = 0; fired.length < 4 && turn < 1000; turn++) await nextTurn();
      expect(fired.map(({ type, data }) => data ?? type)).toEqual(['open', '1', '2', 'error']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('no port of a MessageChannel stays open, which would hold a process', async () => {
    let open = 0;
    class Channel extends MessageChannel {
      constructor() {
        super();
        open += 1;
        this.port1.addEventListener('close', () => {
          open -= 1;
        });
      }
    }
    vi.stubGlobal('setImmediate', undefined);
    vi.stubGlobal('MessageChannel', Channel);
    const fetch = async () => new Response('data: 1\n\n', { headers });
    const fired = record(source('http://127.0.0.1/', { fetch }));
    await until(() => fired.length === 3 && open === 0);
  });

  it('the global fetch is looked up at every connection, without a this', async () => {
    const seen: unknown[] = [];
    vi.stubGlobal('fetch', async function (this: unknown) {
      seen.push(this);
      return new Response('retry: 1\n\n', { headers });
    });
    source('http://127.0.0.1/');
    await until(() => seen.length === 1);
    vi.stubGlobal('fetch', async () => {
      seen.push('other');
      return new Response(null, { status: 204 });
    });
    await until(() => seen.length === 2);
    expect(seen).toEqual([undefined, 'other']);
  });
});

describe('@eventwire/client/eventsource/polyfill', () => {
  it('is a global where there is none, as Web IDL describes it', async () => {
    vi.stubGlobal('EventSource', undefined); // so that a native one comes back afterwards
    Reflect.deleteProperty(globalThis, 'EventSource');
    const polyfill = await import('../../src/eventsource/polyfill/index');
    expect(Object.getOwnPropertyDescriptor(globalThis, 'EventSource')).toEqual({
      value: polyfill.EventSource,
      writable: true,
      enumerable: false,
      configurable: true,
    });
    const server = await serve((_req, res) => {
      open(res).write('data: x\n\n');
    });
    const es = new globalThis.EventSource(server.url);
    const seen: string[] = [];
    es.onmessage = ({ data }) => seen.push(data);
    await until(() => seen.length === 1);
    es.close();
  });

  it('leaves a native one alone', async () => {
    const native = class {};
    vi.stubGlobal('EventSource', native);
    const polyfill = await import('../../src/eventsource/polyfill/index');
    expect(globalThis.EventSource).toBe(native);
    expect(polyfill.EventSource).not.toBe(native);
  });
});
