import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectOptions, connect, type TraceRecord } from '../../src/index';
import { scriptedFetch, settle, VirtualClock } from '../helpers/script';

function follow(options: ConnectOptions = {}, url = 'http://localhost/') {
  const script = scriptedFetch();
  const clock = new VirtualClock();
  const traces: TraceRecord[] = [];
  const stream = connect(url, {
    fetch: script.fetch,
    clock,
    random: () => 0.9,
    onEvent: () => {},
    onClose: () => {},
    onTrace: (record) => traces.push(record),
    ...options,
  });
  onTestFinished(() => stream.close());
  return { ...script, clock, stream, traces };
}

describe('an unsafe request', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'post'])(
    'by %s is not repeated once it was opened',
    async (method) => {
      const { call, calls, stream, clock } = follow({ method });
      call(0).open().send('data: to be or\n\n');
      await settle();
      call(0).cut();
      expect(await stream.closed).toMatchObject({ reason: 'cut', error: { code: 'NETWORK' } });
      await clock.advance(60_000);
      expect(calls).toHaveLength(1);
    },
  );

  it('ends where its response ends, and nobody is asked', async () => {
    const shouldReconnect = vi.fn(() => true);
    const { call, stream } = follow({ method: 'POST', shouldReconnect });
    call(0).open().send('data: x\n\n').end();
    expect(await stream.closed).toEqual({ reason: 'ended' });
    expect(shouldReconnect).not.toHaveBeenCalled();
  });

  it('is repeated while it is refused, or finds no server', async () => {
    const { call, calls, clock, stream } = follow({ method: 'POST' });
    call(0).fail('refused');
    await clock.advance(10_000);
    call(1).refuse(503);
    await clock.advance(10_000);
    call(2).open().send('data: x\n\n');
    await settle();
    call(2).cut();
    expect((await stream.closed).reason).toBe('cut');
    expect(calls).toHaveLength(3);
  });

  it.each<[string, ConnectOptions]>([
    ['if `reconnect` is an object', { method: 'POST', reconnect: {} }],
    ['if it is none', { method: 'QUERY', body: 'q' }],
    ['by GET', {}],
  ])('is repeated %s', async (_, options) => {
    const { call, calls, clock } = follow(options);
    call(0).open();
    await settle();
    call(0).cut();
    await clock.advance(10_000);
    expect(calls).toHaveLength(2);
  });

  it('is repeated where the user asks for it', async () => {
    const { call, calls, stream } = follow({ method: 'POST' });
    call(0).open();
    await settle();
    stream.reconnect();
    await settle();
    expect([calls.length, stream.state]).toEqual([2, 'connecting']);
  });

  it('goes on while the page is hidden', async () => {
    const document = Object.assign(new EventTarget(), { hidden: false, baseURI: 'http://localhost/' });
    vi.stubGlobal('document', document);
    onTestFinished(() => void vi.unstubAllGlobals());
    const { call, stream } = follow({ method: 'POST', visibility: 'pause' });
    call(0).open();
    await settle();
    document.hidden = true;
    document.dispatchEvent(new Event('visibilitychange'));
    expect([stream.state, call(0).live]).toEqual(['open', true]);
  });

  it('is followed by a safe one, if a `method` function says so; without a body', async () => {
    const { call, clock, stream } = follow({
      method: ({ lastEventId }) => (lastEventId ? 'GET' : 'POST'),
      body: 'question',
    });
    await settle();
    call(0).open().send('id: 1\ndata: x\n\n');
    await settle();
    call(0).cut();
    await clock.advance(10_000);
    const { method, body } = call(1).init;
    expect([call(0).init.method, call(0).init.body, method, body]).toEqual([
      'POST',
      'question',
      undefined,
      undefined,
    ]);
    call(1).open();
    await settle();
    expect(stream.state).toBe('open');
  });

  it('ends the stream if a `method` function gives it again', async () => {
    const { call, calls, clock, stream } = follow({ method: async () => 'POST' });
    await settle();
    call(0).open().send('data: x\n\n');
    await settle();
    call(0).cut();
    await clock.advance(10_000);
    expect(await stream.closed).toMatchObject({ reason: 'cut', error: { code: 'NETWORK' } });
    expect(calls).toHaveLength(1);
  });

  it('fails if a `method` function gives no method', async () => {
    const { stream, calls } = follow({ method: () => 'not a method' });
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'INVALID_REQUEST' } });
    expect(calls).toEqual([]);
  });
});

describe('a clean end after an event', () => {
  it.each<[string, string, number]>([
    ['waits for the `retry` of the server alone', 'retry: 500\ndata: x\n\n', 500],
    ['waits for the reconnection time, and a third of it at most', 'data: x\n\n', 1300],
  ])('%s', async (_, text, delay) => {
    const delays: number[] = [];
    const { call, clock } = follow({
      onReconnect: (info) => delays.push(info.delay),
      reconnect: { maxAttempts: 2 },
    });
    for (let i = 0; i < 4; i++) {
      call(i).open().send(text).end();
      await clock.advance(1400);
    }
    expect(delays).toEqual([delay, delay, delay, delay]);
  });

  it.each<[string, string]>([
    ['without an event', 'retry: 500\n\n'],
    ['with a cursor alone', ': eventwire\n\nevent: eventwire:cursor\nid: 1\ndata: {}\n\n'],
  ])('is none %s: it backs off', async (_, text) => {
    const { call, stream, clock } = follow({ reconnect: { maxAttempts: 2 } });
    call(0).open().send(text).end();
    await clock.advance(10_000);
    call(1).open().send(text).end();
    expect((await stream.closed).reason).toBe('exhausted');
  });
});

describe('CORS that breaks after the first cut', () => {
  const follows = async (url: string, id: string) => {
    vi.stubGlobal('location', new URL('https://app.example/page'));
    onTestFinished(() => void vi.unstubAllGlobals());
    const followed = follow({}, url);
    const { call, clock, traces } = followed;
    call(0).open().send(`${id}data: x\n\n`).end();
    await clock.advance(5000);
    call(1).fail('Failed to fetch');
    await settle();
    return traces.at(-1)?.message;
  };

  it('is named in the error and the trace, with the way out', async () => {
    const message = await follows('https://api.example/news', 'id: 1\n');
    expect(message).toContain('CORS preflight was not answered');
    expect(message).toContain('lastEventIdParam');
  });

  it.each([
    ['https://app.example/news', 'id: 1\n'],
    ['https://api.example/news', ''],
  ])('is not suspected at %s, after %j', async (url, id) => {
    expect(await follows(url, id)).not.toContain('CORS');
  });
});

describe('a failure that nobody would hear of', () => {
  const failing = (
    options: ConnectOptions,
    listen: (stream: ReturnType<typeof connect>) => unknown = () => {},
  ) => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => said.mockRestore());
    const script = scriptedFetch();
    const stream = connect('http://localhost/', { fetch: script.fetch, onEvent: () => {}, ...options });
    listen(stream);
    script.call(0).refuse(404);
    return settle().then(() => said.mock.calls);
  };

  it('is said once on the console', async () => {
    expect(await failing({})).toEqual([[expect.objectContaining({ code: 'BAD_STATUS', status: 404 })]]);
  });

  it('is not where somebody listens', async () => {
    expect(await failing({ onClose: () => {} })).toEqual([]);
    expect(await failing({}, (stream) => stream.closed)).toEqual([]);
    expect(
      await failing(
        {},
        (stream) =>
          void stream[Symbol.asyncIterator]()
            .next()
            .catch(() => {}),
      ),
    ).toEqual([]);
    expect(
      await failing(
        {},
        (stream) =>
          void stream
            .batches()
            .next()
            .catch(() => {}),
      ),
    ).toEqual([]);
  });
});

it.each(['ws://localhost/', 'wss://localhost/', 'ftp://localhost/', 'localhost:3000'])(
  'the scheme of %s is refused at once',
  (url) => {
    expect(() => connect(url)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option: 'url' }));
  },
);
