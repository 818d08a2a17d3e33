import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectContext, type ConnectOptions, type ConnectUrl, connect } from '../../src/index';
import { scriptedFetch, settle, VirtualClock } from '../helpers/script';

const url = 'http://localhost/events';

/** The fetch call that these options make. */
async function request(options: ConnectOptions, target: ConnectUrl = url) {
  const { fetch, calls, call } = scriptedFetch();
  const stream = connect(target, { fetch, reconnect: false, ...options });
  await settle();
  stream.close();
  return { ...call(0), calls, stream };
}

describe('the request', () => {
  it('has nothing but what is needed', async () => {
    const { init, url: called } = await request({});
    expect(Object.keys(init).sort()).toEqual(['headers', 'redirect', 'signal']);
    expect([...(init.headers as Headers)]).toEqual([
      ['accept', 'text/event-stream'],
      ['cache-control', 'no-cache'],
    ]);
    expect(called).toBe(url);
  });

  it('has what was set', async () => {
    const { init } = await request({ method: 'POST', body: '{}', credentials: 'include' });
    expect(Object.keys(init).sort()).toEqual([
      'body',
      'credentials',
      'headers',
      'method',
      'redirect',
      'signal',
    ]);
    expect(init).toMatchObject({ method: 'POST', body: '{}', credentials: 'include' });
    expect(init).not.toHaveProperty('duplex');
  });

  it('sends a stream as fetch asks for', async () => {
    const body = () => new ReadableStream();
    expect((await request({ method: 'POST', body })).init).toMatchObject({ duplex: 'half' });
  });

  it('never changes the headers that it was given', async () => {
    const headers = new Headers({
      'X-Mine': '1',
      accept: 'text/event-stream, application/json',
      'cache-control': 'max-age=0',
    });
    const before = [...headers];
    const { init } = await request({ headers, lastEventId: '7' });
    expect([...headers]).toEqual(before);
    expect([...(init.headers as Headers)]).toEqual([...before, ['last-event-id', '7']].sort());
  });

  it('takes headers in every shape, undefined meaning absent', async () => {
    for (const headers of [
      { a: '1', b: undefined },
      [['a', '1']] as [string, string][],
      new Map([['a', '1']]) as never,
    ]) {
      const { init } = await request({ headers });
      expect([...(init.headers as Headers)]).toEqual([
        ['a', '1'],
        ['accept', 'text/event-stream'],
        ['cache-control', 'no-cache'],
      ]);
    }
  });

  it('asks no cache for leave where CORS would ask a preflight for it: in a page', async () => {
    vi.stubGlobal('location', { href: 'http://localhost/' });
    onTestFinished(() => void vi.unstubAllGlobals());
    const { init } = await request({});
    expect([...(init.headers as Headers).keys()]).toEqual(['accept']);
    expect(init).not.toHaveProperty('redirect'); // where each redirection would cost a second request
  });

  it('calls fetch without its object', async () => {
    const self: unknown[] = [];
    function fetch(this: unknown) {
      self.push(this);
      return new Promise<Response>(() => {});
    }
    const options = { fetch };
    connect(url, options).close();
    expect(self).toEqual([undefined]);
  });

  it('looks the global fetch up at each attempt', () => {
    const fetch = vi.fn(() => new Promise<Response>(() => {}));
    vi.stubGlobal('fetch', fetch);
    onTestFinished(() => void vi.unstubAllGlobals());
    connect(url).close();
    expect(fetch).toHaveBeenCalledOnce();
  });

  it.each([
    ['?a=%20b+c&s=x%2Fy', '7', '?a=%20b+c&s=x%2Fy&from=7'],
    ['', 'ü &\u0001', '?from=%C3%BC%20%26%01'],
    ['?from=1&a=b', '7', '?from=7&a=b'],
    ['?a=b', 'x'.repeat(4097), '?a=b'],
    ['', '\ud800', ''],
    ['?a=b#part', '7', '?a=b&from=7#part'],
  ])('sends the id as a parameter: %s and %s', async (search, lastEventId, expected) => {
    const {
      init,
      url: called,
      stream,
    } = await request({ lastEventIdParam: 'from', lastEventId }, url + search);
    expect(called).toBe(url + expected);
    expect(stream.url).toBe(url + search);
    expect((init.headers as Headers).has('last-event-id')).toBe(false);
  });

  it('asks functions before every attempt', async () => {
    const { fetch, call, calls } = scriptedFetch();
    const clock = new VirtualClock();
    const contexts: ConnectContext[] = [];
    const stream = connect(
      (context) => {
        contexts.push(context);
        return `http://localhost/${context.attempt}`;
      },
      {
        fetch,
        clock,
        method: 'REPORT',
        reconnect: {},
        headers: async ({ attempt }) => ({ token: `t${attempt}` }),
        body: ({ attempt }) => Promise.resolve(`body ${attempt}`),
        onEvent: () => {},
      },
    );
    expect(stream.url).toBe('');
    await settle();
    call(0).open().send('id: 7\ndata: x\n\n');
    await settle();
    call(0).cut();
    await clock.advance(3000);
    expect(
      calls.map(({ url, init, headers }) => [
        url,
        init.body,
        headers.get('token'),
        headers.get('last-event-id'),
      ]),
    ).toEqual([
      ['http://localhost/1', 'body 1', 't1', null],
      ['http://localhost/2', 'body 2', 't2', '7'],
    ]);
    expect(contexts).toMatchObject([
      { attempt: 1, lastEventId: '', previousError: undefined },
      { attempt: 2, lastEventId: '7', previousError: { code: 'NETWORK' } },
    ]);
    expect([stream.url, contexts[0]?.signal.aborted, contexts[1]?.signal.aborted]).toEqual([
      'http://localhost/2',
      true,
      false,
    ]);
    call(1).open().end();
    await clock.advance(5000);
    // A clean end is no error.
    expect(contexts[2]).toMatchObject({ attempt: 3, lastEventId: '7', previousError: undefined });
    stream.close();
    expect(contexts[2]?.signal.aborted).toBe(true);
  });

  it('comes back when a function fails, without an unhandled rejection', async () => {
    const { fetch } = scriptedFetch();
    const clock = new VirtualClock();
    const errors: unknown[] = [];
    let failing = true;
    const stream = connect(
      async () => {
        if (failing) throw new Error('no token');
        return url;
      },
      {
        fetch,
        clock,
        headers: () => {
          if (failing) throw new Error('no headers');
          return {};
        },
        onReconnect: ({ error }) => errors.push([error?.code, error?.message]),
      },
    );
    await settle();
    expect(errors).toEqual([['REQUEST_FUNCTION_FAILED', expect.stringContaining('no ')]]);
    failing = false;
    await clock.advance(3000);
    expect(stream.state).toBe('connecting');
    stream.close();
  });

  it.each<[string, ConnectUrl, ConnectOptions]>([
    ['a url', () => '/relative', {}],
    ['headers', url, { headers: () => ({ 'bad name': 'x' }) }],
    ['a body', url, { method: 'POST', body: (() => ({})) as never }],
  ])('stops when a function gives %s that cannot be sent', async (_, target, options) => {
    const { fetch, calls } = scriptedFetch();
    const stream = connect(target, { fetch, ...options });
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'INVALID_REQUEST' } });
    expect(calls).toEqual([]);
  });
});

describe('invalid options throw at the call', () => {
  it.each<[string, unknown, unknown]>([
    ['url', '/events', {}],
    ['url', 'http://', {}],
    ['url', 'http://me:secret@localhost/', {}],
    ['url', 7, {}],
    ['options', url, 'x'],
    ['options', url, null],
    ['fetch', url, { fetch: 'x' }],
    ['onEvent', url, { onEvent: {} }],
    ['terminal', url, { terminal: '[DONE]' }],
    ['method', url, { method: 'PO ST' }],
    ['body', url, { body: 'x' }],
    ['body', url, { body: () => 'x', method: 'get' }],
    ['body', url, { body: { a: 1 }, method: 'POST' }],
    ['body', url, { body: new ReadableStream(), method: 'POST' }],
    ['headers', url, { headers: { 'bad name': 'x' } }],
    ['headers', url, { headers: 7 }],
    ['signal', url, { signal: {} }],
    ['credentials', url, { credentials: 'yes' }],
    ['lastEventId', url, { lastEventId: 7 }],
    ['lastEventIdParam', url, { lastEventIdParam: '' }],
    ['connectTimeout', url, { connectTimeout: 0 }],
    ['idleTimeout', url, { idleTimeout: NaN }],
    ['maxEventSize', url, { maxEventSize: 1.5 }],
    ['clock', url, { clock: { now: Date.now } }],
    ['reconnect', url, { reconnect: true }],
    ['reconnect.maxAttempts', url, { reconnect: { maxAttempts: 0 } }],
    ['reconnect.factor', url, { reconnect: { factor: 0.5 } }],
    ['reconnect.jitter', url, { reconnect: { jitter: 2 } }],
    ['reconnect.initialDelay', url, { reconnect: { initialDelay: Infinity } }],
    ['reconnect.minDelay', url, { reconnect: { minDelay: 700_000 } }],
  ])('%s', (option, target, options) => {
    const fetch = vi.fn();
    const call = () =>
      connect(
        target as string,
        (typeof options === 'object' && options ? { fetch, ...options } : options) as ConnectOptions,
      );
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option }));
    expect(call).toThrow(TypeError);
    expect(fetch).not.toHaveBeenCalled();
  });

  const names = [
    ...['fetch', 'method', 'body', 'headers', 'signal', 'credentials', 'lastEventId', 'lastEventIdParam'],
    ...['reconnect', 'shouldReconnect', 'refresh', 'redirect', 'connectTimeout', 'idleTimeout', 'visibility'],
    ...['maxEventSize', 'maxQueuedEvents', 'onQueueFull', 'ack', 'decode', 'schema', 'onInvalid', 'terminal'],
    ...['onEvent', 'onOpen', 'onComment', 'onReconnect', 'onGap', 'onLagged', 'onClose', 'onTrace'],
    ...['clock', 'random'],
  ];
  it('the words for what it may be', () => {
    const { fetch } = scriptedFetch();
    for (const [option, words] of [
      ['fetch', 'a function'],
      ['ack', 'a boolean'],
      ['redirect', 'a function'],
    ] as const) {
      expect(() => connect(url, { fetch, [option]: words })).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION', option }),
      );
    }
    connect(url, { fetch, lastEventId: 'a string' }).close();
  });

  it.each(names)('%s, what it cannot be', (option) => {
    const { fetch } = scriptedFetch();
    const nonsense = { fetch, method: 'POST', [option]: option === 'body' ? [] : 'nonsense' };
    if (option === 'lastEventIdParam' || option === 'lastEventId') Object.assign(nonsense, { [option]: 7 });
    if (option === 'method') nonsense.method = '';
    expect(() => connect(url, nonsense)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option }));
  });

  it.each([
    'initialDelay',
    'maxDelay',
    'minDelay',
    'maxServerDelay',
    'factor',
    'jitter',
    'maxAttempts',
    'maxElapsed',
    'resetAfter',
  ])('reconnect.%s, what it cannot be', (name) => {
    const { fetch } = scriptedFetch();
    for (const value of [-1, NaN, '1']) {
      const option = `reconnect.${name}`;
      expect(() => connect(url, { fetch, reconnect: { [name]: value } })).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION', option }),
      );
    }
  });

  it.each([
    ['a text, as such', '3', /`idleTimeout`: expected milliseconds \(at least 1\) or false, got '3'$/],
    ['a number', 0, /got 0$/],
    ['an object', {}, /got an object$/],
    ['a bigint', 3n, /got 3n$/],
    ['a symbol', Symbol('s'), /got Symbol\(s\)$/],
  ])('and what was given: %s', (_, given, words) => {
    expect(() => connect(url, { idleTimeout: given as number })).toThrow(words);
  });

  it('and undefined means absent', () => {
    const { fetch } = scriptedFetch();
    const options = Object.fromEntries(names.map((name) => [name, undefined]));
    connect(url, { ...options, fetch }).close();
  });

  it('says how to write a url where there is no page', () => {
    expect(() => connect('/events')).toThrow(/`url`: expected an absolute http\(s\) URL/);
  });
});
