import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunked } from '../src/index';
import { type Script, type ScriptedServerOptions, scriptedServer } from '../src/server/index';

/** The chunks of a body as they come, and how it ended. */
async function readBody(response: Response) {
  const chunks: string[] = [];
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) chunks.push(decoder.decode(chunk, { stream: true }));
    return { chunks, text: chunks.join(''), error: undefined };
  } catch (error) {
    return { chunks, text: chunks.join(''), error: (error as Error).cause as { code: string } };
  }
}
const runningTimers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
const get = async (url: string, init?: RequestInit) => readBody(await fetch(url, init));

describe('scriptedServer sends', () => {
  it('text, bytes and events as a stream, and ends it', async () => {
    await using server = await scriptedServer([
      'data: é\n\n',
      new TextEncoder().encode('data: 漢\n\n'),
      { event: { id: '1', data: 'c' } },
    ]);
    const response = await fetch(server.url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(await readBody(response)).toMatchObject({
      text: 'data: é\n\ndata: 漢\n\ndata: c\nid: 1\n\n',
      error: undefined,
    });
  });

  it('an empty stream for no steps', async () => {
    await using server = await scriptedServer([]);
    expect(await get(server.url)).toMatchObject({ text: '', error: undefined });
  });

  it('pieces that arrive one by one', async () => {
    const pieces = ['da', 'ta: ', '', 'x\n', new TextEncoder().encode('\n')];
    await using server = await scriptedServer([{ pieces, gap: 50 }]);
    expect((await get(server.url)).chunks).toEqual(['da', 'ta: ', 'x\n', '\n']);
  });

  it('pieces with as much time between them as was asked for', async () => {
    await using server = await scriptedServer([{ pieces: ['a', 'b', 'c'], gap: 80 }]);
    const asked = performance.now();
    await get(server.url);
    expect(performance.now() - asked).toBeGreaterThan(150);
  });

  it('the chunks that an arbitrary has made', async () => {
    const [pieces = []] = fc.sample(chunked('data: 1\n\ndata: 2\n\n'), 1);
    await using server = await scriptedServer([{ pieces, gap: 0 }]);
    expect((await get(server.url)).text).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('a status with headers and a body', async () => {
    await using server = await scriptedServer([
      [{ status: 503, headers: { 'Retry-After': '2' }, body: 'busy' }],
      [{ status: 204 }],
      [{ status: 404, headers: { 'Content-Type': 'text/html' }, body: '<h1>Not here</h1>' }],
      [{ status: 401, headers: { 'www-authenticate': 'Bearer' } }],
      [{ status: 200, headers: { 'content-type': undefined }, body: 'x' }],
    ]);
    const responses = [];
    for (let index = 0; index < 5; index++) {
      const response = await fetch(server.url);
      responses.push([response.status, response.headers.get('content-type'), await response.text()]);
      if (index === 0) expect(response.headers.get('retry-after')).toBe('2');
      if (index === 3) expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(responses).toEqual([
      [503, 'text/plain', 'busy'],
      [204, null, ''],
      [404, 'text/html', '<h1>Not here</h1>'],
      [401, null, ''],
      [200, null, 'x'],
    ]);
  });

  it('headers of all responses, under those of the step', async () => {
    const headers = { 'x-all': '1', 'cache-control': 'no-cache' };
    await using server = await scriptedServer([['data\n\n'], [{ status: 200, headers: { 'X-All': '2' } }]], {
      headers,
    });
    const first = await fetch(server.url);
    const second = await fetch(server.url);
    expect([first.headers.get('x-all'), second.headers.get('x-all')]).toEqual(['1', '2']);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    await Promise.all([first.text(), second.text()]);
  });

  it('redirects, to a path of its own', async () => {
    await using server = await scriptedServer([
      [{ redirect: '/there' }],
      [{ redirect: '/gone', status: 301 }],
      ['data: there\n\n'],
    ]);
    const response = await fetch(`${server.url}/here`, { method: 'POST', body: 'x' });
    expect(response.url).toBe(`${server.url}/gone`);
    expect(await response.text()).toBe('data: there\n\n');
    // As fetch does: 307 keeps the method, 301 does not.
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /here',
      'POST /there',
      'GET /gone',
    ]);
  });
});

describe('scriptedServer breaks', () => {
  it('in the middle of an event and of a character, with FIN', async () => {
    const half = new TextEncoder().encode('data: first\n\ndata: 漢').subarray(0, -1);
    await using server = await scriptedServer([half, { cut: 'fin' }]);
    const { text, error } = await get(server.url);
    expect(text).toBe('data: first\n\ndata: ');
    expect(error?.code).toBe('UND_ERR_SOCKET');
  });

  it('the same with RST', async () => {
    await using server = await scriptedServer(['data: first\n\nda', { wait: 'release' }, { cut: 'reset' }]);
    const response = await fetch(server.url);
    const reading = readBody(response);
    server.release();
    const { text, error } = await reading;
    expect(text).toBe('data: first\n\nda');
    expect(error?.code).toBe('ECONNRESET');
  });

  it('before any answer', async () => {
    await using server = await scriptedServer([[{ cut: 'fin' }], [{ cut: 'reset' }]]);
    for (const code of ['UND_ERR_SOCKET', 'ECONNRESET']) {
      const error = await fetch(server.url).catch((reason) => reason.cause);
      expect(error).toMatchObject({ code });
    }
  });

  it('sends all that was sent before a FIN', async () => {
    const megabyte = 'x'.repeat(1 << 20);
    await using server = await scriptedServer([megabyte, { cut: 'fin' }]);
    expect((await get(server.url)).text).toHaveLength(1 << 20);
  });
});

describe('scriptedServer waits', () => {
  it('some time', async () => {
    await using server = await scriptedServer(['data: a\n\n', { wait: 50 }, 'data: b\n\n']);
    const start = performance.now();
    expect((await get(server.url)).chunks).toEqual(['data: a\n\n', 'data: b\n\n']);
    expect(performance.now() - start).toBeGreaterThan(45);
  });

  it('until told, before or after it gets there', async () => {
    await using server = await scriptedServer([{ wait: 'release' }, 'a', { wait: 'release' }, 'b']);
    server.release();
    const response = await fetch(server.url);
    const reader = response.body?.getReader();
    const next = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await next()).toBe('a');
    const coming = next();
    expect(await Promise.race([coming, new Promise((resolve) => setTimeout(resolve, 30, 'nothing'))])).toBe(
      'nothing',
    );
    server.release();
    expect(await coming).toBe('b');
    expect(await next()).toBe('');
  });

  it('until a promise settles', async () => {
    let go = (_: unknown) => {};
    const told = new Promise((resolve) => {
      go = resolve;
    });
    await using server = await scriptedServer([{ status: 200 }, { wait: told }, 'data\n\n']);
    const response = await fetch(server.url); // the head is there
    go(undefined);
    expect(await response.text()).toBe('data\n\n');
  });

  it('for ever when it stalls, with and without a head, until the client leaves', async () => {
    await using server = await scriptedServer([[{ stall: true }], ['data: a\n\nda', { stall: true }]]);
    const givingUp = new AbortController();
    const early = fetch(server.url, { signal: givingUp.signal });
    await server.request(0);
    const nothing = new Promise((resolve) => setTimeout(resolve, 50, 'nothing'));
    expect(await Promise.race([early, nothing])).toBe('nothing');
    givingUp.abort();
    await expect(early).rejects.toThrow(/abort/i);

    const leaving = new AbortController();
    const response = await fetch(server.url, { signal: leaving.signal });
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: a\n\nda');
    leaving.abort();
    await Promise.all(server.requests.map((request) => request.closed));
    expect(server.requests).toHaveLength(2);
  });

  it('for a client that does not read', async () => {
    let sent = 0;
    function* pieces() {
      for (; sent < 500; sent++) yield 'x'.repeat(100_000);
    }
    await using server = await scriptedServer([{ pieces: pieces(), gap: 0 }]);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.pause().write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await server.request(0);
    // Until nothing more is taken; all of it, if nobody waits for the client.
    for (let before = -1; sent !== before; ) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent).toBeLessThan(500);
    socket.destroy();
    await server.requests[0]?.closed;
  });
});

describe('scriptedServer answers', () => {
  it('the nth request by the nth script, further ones by the last', async () => {
    await using server = await scriptedServer([['a'], ['b', { cut: 'fin' }], ['c']]);
    const texts = [];
    for (let index = 0; index < 5; index++) texts.push((await get(server.url)).text);
    expect(texts).toEqual(['a', 'b', 'c', 'c', 'c']);
  });

  it('by a function of the request', async () => {
    const resume: Script = async ({ lastEventId }) => [
      { event: { id: `${Number(lastEventId) + 1}`, data: 'x' } },
    ];
    await using server = await scriptedServer([['first'], resume]);
    await get(server.url);
    expect((await get(server.url, { headers: { 'last-event-id': '41' } })).text).toContain('id: 42');
    await using another = await scriptedServer(resume);
    expect((await get(another.url)).text).toContain('id: 1');
  });

  it('many at once', async () => {
    await using server = await scriptedServer([{ wait: 'release' }, 'data\n\n']);
    const responses = Array.from({ length: 20 }, () => get(server.url));
    await server.request(19);
    server.release(20);
    for (const { text } of await Promise.all(responses)) expect(text).toBe('data\n\n');
  });
});

describe('scriptedServer records', () => {
  it('method, URL, headers, last event ID, body and time', async () => {
    await using server = await scriptedServer([]);
    const before = performance.now();
    // As a client sends it: the UTF-8 bytes, one character each.
    const id = String.fromCharCode(...new TextEncoder().encode('é漢'));
    await get(`${server.url}/path?query=1`, {
      method: 'POST',
      headers: { 'Last-Event-ID': id, 'X-Own': 'y' },
      body: '{"prompt":"é"}',
    });
    const request = await server.request(0);
    expect(request).toMatchObject({
      method: 'POST',
      url: '/path?query=1',
      headers: { 'x-own': 'y', 'last-event-id': id },
      lastEventId: 'é漢',
      body: '{"prompt":"é"}',
    });
    expect(request.time).toBeGreaterThan(before);
    expect(request.time).toBeLessThan(performance.now());
    await request.closed;
  });

  it.each([
    ['/', {}, ''],
    ['/?lastEventId=a%C3%A9', {}, 'aé'],
    ['/?lastEventId=a', { 'last-event-id': 'b' }, 'b'],
    ['/?lastEventId=a', { 'last-event-id': '' }, 'a'],
    ['/', { 'last-event-id': 'caf\xe9' }, 'café'],
    ['//', {}, ''],
    ['/a?b=?&lastEventId=c+d', {}, 'c d'],
  ])('of %s with %j the last event ID %j', async (path, headers, expected) => {
    await using server = await scriptedServer([]);
    await get(server.url + path, { headers });
    expect(server.requests[0]?.lastEventId).toBe(expected);
  });

  it('nothing of a client that leaves before its request is through, and answers the next by the first script', async () => {
    await using server = await scriptedServer([['a'], ['b']]);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
    await expect.poll(() => server.connections).toBe(1);
    socket.resetAndDestroy();
    await expect.poll(() => server.connections).toBe(0);
    expect((await get(server.url)).text).toBe('a');
    expect(server.requests).toHaveLength(1);
  });
});

describe('scriptedServer closes', () => {
  it('every socket, whatever its script is doing', async () => {
    const server = await scriptedServer([
      [{ stall: true }],
      ['data\n\n', { wait: 2 ** 31 - 1 }],
      [{ status: 200 }, { wait: 'release' }],
      [{ status: 200 }, { wait: new Promise(() => {}) }],
      [{ pieces: ['a', 'b'], gap: 100_000 }],
    ]);
    const results = Array.from({ length: 5 }, () => get(server.url).catch(() => 'refused'));
    await server.request(4);
    expect(server.connections).toBe(5);
    await server.close();
    await Promise.all(results);
    expect(server.connections).toBe(0);
    await expect(fetch(server.url)).rejects.toThrow();
    await server.close();
  });

  it('its timers too', async () => {
    const server = await scriptedServer([{ status: 200 }, { wait: 2 ** 31 - 1 }]);
    const many = 20; // the runner and fetch have some of their own, which come and go
    const responses = await Promise.all(Array.from({ length: many }, () => fetch(server.url)));
    const bodies = responses.map(readBody); // a head first: a fetch that is cut before it rejects
    await expect.poll(runningTimers).toBeGreaterThanOrEqual(many);
    await server.close();
    await Promise.all(bodies);
    await expect.poll(runningTimers).toBeLessThan(many / 2);
  });

  it('and rejects who waits for a request', async () => {
    const server = await scriptedServer([]);
    const waiting = expect(server.request(0)).rejects.toThrow(/closed before request 0/);
    await server.close();
    await waiting;
    await expect(server.request(0)).rejects.toThrow(/closed/);
  });

  it('and throws what a script has thrown', async () => {
    const scripts: [Script, RegExp][] = [
      [
        () => {
          throw new Error('my mistake');
        },
        /my mistake/,
      ],
      [() => [{ wait: -1 }], /script\[0\]\.wait/],
      [[{ event: { id: 'a\nb' } }], /id contains/],
      [() => [{ status: 200 }, { wait: Promise.reject(new Error('no more')) }], /no more/],
    ];
    for (const [script, message] of scripts) {
      const server = await scriptedServer(script);
      await get(server.url).catch(() => {});
      await expect(server.close()).rejects.toThrow(message);
    }
  });
});

describe('scriptedServer refuses', () => {
  it('no promise that rejects before its step', async () => {
    const wait = Promise.reject(new Error('too early'));
    const server = await scriptedServer([{ wait }]);
    await new Promise((resolve) => setTimeout(resolve, 10)); // an unhandled rejection would fail this run
    await server.close();
  });

  it.each<[unknown, RegExp]>([
    ['data', /script/],
    [[{}], /script\[0\].*expected a string, bytes, or an object with one of event, pieces, wait/],
    [['a', { sleep: 1 }], /script\[1\]/],
    [[null], /script\[0\]/],
    [[{ wait: -1 }], /script\[0\]\.wait/],
    [[{ wait: 2 ** 31 }], /script\[0\]\.wait/],
    [[{ wait: 'told' }], /'release'/],
    [[{ pieces: 'abc' }], /pieces/],
    [[{ pieces: ['a'], gap: Number.NaN }], /gap/],
    [[{ status: 99 }], /status/],
    [[{ cut: true }], /'fin' or 'reset'/],
    [[{ redirect: 1 }], /redirect/],
    [['a', { status: 200 }], /script\[1\]\.status.*before anything is sent/],
    [[{ end: true }, 'a'], /script\[1\].*never reached/],
    [[['a'], [{ stall: 1 }]], /stall/],
    [[['a'], 'b'], /script\[0\]/],
    [[{ event: 'a', wait: 5 }], /Unknown option `script\[0\]\.wait`/],
    [[{ pieces: ['a'], gaps: 5 }], /did you mean `script\[0\]\.gap`/],
    [[{ event: undefined }], /script\[0\]\.event/],
  ])('%j', async (script, message) => {
    await expect(scriptedServer(script as Script)).rejects.toThrow(message);
    await expect(scriptedServer(script as Script)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('an option that it does not know', async () => {
    const options = { header: {} } as ScriptedServerOptions;
    await expect(scriptedServer([], options)).rejects.toThrow('did you mean `headers`?');
  });

  it('a release of nothing', async () => {
    await using server = await scriptedServer([]);
    expect(() => server.release(0)).toThrow(/count/);
  });
});

it('Headers of the scripted server that are none are refused', async () => {
  await expect(scriptedServer([], { headers: 5 as never })).rejects.toThrow(
    '`headers`: expected an object of headers, got 5',
  );
});
