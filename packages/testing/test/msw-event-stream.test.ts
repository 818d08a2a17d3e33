import { ServerEvent } from '@eventwire/encoder';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventStreamBody } from '../src/msw/event-stream-body';
import { type MswEventSource, type MswEventStreamOptions, mswEventStream } from '../src/msw/index';

/** vitest.config.ts runs these tests with msw 2 and msw 3, which is further from what a network does: see the README. */
const msw3 = process.env.EVENTWIRE_MSW === '3';
const url = 'http://events.test/stream';
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const answer = (source: MswEventSource, options?: MswEventStreamOptions) =>
  server.use(mswEventStream(url, source, options));
const text = async (init?: RequestInit) => (await fetch(url, init)).text();

describe('mswEventStream answers', () => {
  it.each(['GET', 'POST'])('%s with the events of an array, each time', async (method) => {
    answer(['a\nb', { id: '1', type: 't', data: ['c', 'd'] }, new ServerEvent('e'), { comment: 'f' }]);
    for (let time = 0; time < 2; time++) {
      const response = await fetch(url, { method });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      expect(await response.text()).toBe(
        'data: a\ndata: b\n\nevent: t\ndata: c\ndata: d\nid: 1\n\ndata: e\n\n: f\n\n',
      );
    }
  });

  it('with the events of generators, and data that comes bit by bit', async () => {
    async function* bits() {
      yield 'a';
      yield 'b';
    }
    answer(function* () {
      yield 'x';
      yield { data: bits(), id: '1' };
    });
    expect(await text()).toBe('data: x\n\ndata: a\ndata: b\nid: 1\n\n');
    answer(async function* () {
      yield { data: 'y' };
    });
    expect(await text()).toBe('data: y\n\n');
  });

  it('with what a function makes of the request', async () => {
    server.use(
      mswEventStream('http://events.test/jobs/:job', async (request, { lastEventId, params }) => [
        { data: [request.method, await request.text(), lastEventId, String(params.job)] },
      ]),
    );
    const id = String.fromCharCode(...new TextEncoder().encode('é'));
    const init = { method: 'POST', body: '{"a":1}', headers: { 'Last-Event-ID': id } };
    const response = await fetch('http://events.test/jobs/7?lastEventId=no', init);
    expect(await response.text()).toBe('data: POST\ndata: {"a":1}\ndata: é\ndata: 7\n\n');
    const again = await fetch('http://events.test/jobs/7?lastEventId=8');
    expect(await again.text()).toContain('data: 8\n');
  });

  it('with a response that a function gives instead', async () => {
    answer(() => new Response('busy', { status: 503, headers: { 'retry-after': '1' } }));
    const response = await fetch(url);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('with status and headers, one time, other methods', async () => {
    answer(['last'], { headers: { 'Content-Type': 'text/plain', 'x-own': 'y' }, status: 201 });
    answer(['put'], { method: 'PUT' });
    answer(['first'], { once: true });
    expect(await text()).toBe('data: first\n\n');
    const response = await fetch(url);
    expect(await response.text()).toBe('data: last\n\n');
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-own')).toBe('y');
    expect(await text({ method: 'PUT' })).toBe('data: put\n\n');
  });

  it('each event for itself, and waits before it', async () => {
    answer(['a', 'b'], { delay: 30 });
    const start = performance.now();
    const response = await fetch(url);
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) chunks.push(new TextDecoder().decode(chunk));
    expect(chunks).toEqual(['data: a\n\n', 'data: b\n\n']);
    expect(performance.now() - start).toBeGreaterThan(55);
  });
});

describe('mswEventStream ends', () => {
  /** Events that never end, and whether somebody has closed them. */
  function endless() {
    const state = { read: 0, closed: false };
    async function* events() {
      try {
        for (;;) yield `${state.read++}`;
      } finally {
        state.closed = true;
      }
    }
    return { state, events };
  }

  it.skipIf(msw3)('reads no further than the reader asks', async () => {
    const { state, events } = endless();
    answer(events);
    const response = await fetch(url);
    const reader = response.body?.getReader();
    for (let count = 0; count < 3; count++) await reader?.read();
    expect(state.read).toBeLessThan(10);
  });

  it.each([0, 2 ** 31 - 1])('closes the source of a cancelled body, with a delay of %d ms', async (delay) => {
    const { state, events } = endless();
    const source = events();
    await source.next();
    const request = new Request('http://events.test/');
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const reader = eventStreamBody(source, { delay, open: false, request }).getReader();
    const reading = delay > 0 ? reader.read() : await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 5)); // until it is under way
    expect(timers()).toBe(before + (delay > 0 ? 1 : 0));
    await reader.cancel();
    expect(await reading).toMatchObject({ done: delay > 0 });
    await expect.poll(() => state.closed).toBe(true);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('closes the source of an aborted request, and fails its reader', async () => {
    const { state, events } = endless();
    const leaving = new AbortController();
    answer(events);
    const response = await fetch(url, { signal: leaving.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    leaving.abort();
    await expect.poll(() => state.closed).toBe(true);
    await expect(
      (async () => {
        for (;;) if ((await reader?.read())?.done) return;
      })(),
    ).rejects.toThrow(/abort/i);
  });

  it.each<[string, MswEventStreamOptions]>([
    ['stays open', { open: true }],
    ...(msw3
      ? []
      : [['waits for its next event', { delay: 2 ** 31 - 1 }] as [string, MswEventStreamOptions]]),
  ])('when aborted while it %s', async (_, options) => {
    const leaving = new AbortController();
    answer(['a'], options);
    const response = await fetch(url, { signal: leaving.signal });
    const reader = response.body?.getReader();
    if (options.open) await reader?.read();
    const next = reader?.read();
    const first = await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 30, 'nothing'))]);
    expect(first).toBe('nothing');
    leaving.abort();
    await expect(next).rejects.toThrow(/abort/i);
  });

  it.skipIf(msw3)('as a lost connection does, when the source throws or an event is refused', async () => {
    const events = (bad: () => { id: string }) =>
      function* () {
        yield 'good';
        yield bad();
      };
    const boom = () => {
      throw new Error('boom');
    };
    answer(events(boom));
    const response = await fetch(url);
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: good\n\n');
    await expect(reader?.read()).rejects.toThrow();

    answer(events(() => ({ id: 'a\nb' })));
    await expect(text()).rejects.toThrow();
  });
});

describe.runIf(msw3)('with msw 3', () => {
  it('the response comes with the first event, and an abort before it closes the source', async () => {
    const leaving = new AbortController();
    answer(['a'], { delay: 2 ** 31 - 1 });
    const response = fetch(url, { signal: leaving.signal });
    const first = await Promise.race([
      response,
      new Promise((resolve) => setTimeout(resolve, 30, 'nothing')),
    ]);
    expect(first).toBe('nothing');
    leaving.abort();
    await expect(response).rejects.toThrow(/abort/i);
  });

  it('a source that throws looks like one that has ended', async () => {
    answer(function* () {
      yield 'good';
      throw new Error('boom');
    });
    expect(await text()).toBe('data: good\n\n');
  });
});

describe('mswEventStream refuses', () => {
  it.each<[unknown, unknown, RegExp]>([
    ['data', {}, /source/],
    [new ServerEvent('a'), {}, /source.*array/],
    [{ data: 'a' }, {}, /source/],
    [undefined, {}, /source/],
    [[], { delay: -1 }, /delay/],
    [[], { method: [] }, /method/],
    [[], { method: '.*' }, /method/],
    [[], { method: 5 }, /method/],
    [[], { status: 99 }, /status/],
    [[], { headers: { 'a b': 'c' } }, /headers/],
    [[], { open: 'yes' }, /open/],
    [[], { methods: 'GET' }, /did you mean `method`/],
  ])('%j with %j', (source, options, message) => {
    const call = () => mswEventStream(url, source as MswEventSource, options as MswEventStreamOptions);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', name: 'TypeError' }));
  });

  it('what a function gives, with the reason in the response', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {});
    answer((() => 'text') as unknown as MswEventSource);
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('Invalid option `source`');
    expect(report).toHaveBeenCalled();
    report.mockRestore();
  });
});
