import { describe, expect, it, vi } from 'vitest';
import { type ConnectOptions, connect, type EventStream, type RedirectPolicy } from '../../src/index';
import { open, serve, soon, until } from '../helpers/server';

const headers = { authorization: 'secret', 'content-location': '/mine' };
const type = { 'content-type': 'text/event-stream' };

/** Node's fetch, whose errors quote the URL, as the errors of many a wrapper do. */
const quoting = async (url: string, init: RequestInit) => {
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw new TypeError(`unknown error: cannot fetch ${url} redirect value`, { cause });
  }
};

describe('a fetch that fails', () => {
  it.each<[string, ConnectOptions]>([
    ['by default', {}],
    ['with follow', { redirect: 'follow' }],
    ['with a function', { redirect: () => 'follow' }],
  ])('never takes headers to another origin, whatever its error says: %s', async (_, options) => {
    const other = await serve((_req, res) => void open(res).write('data: there\n\n'));
    const first = await serve((_req, res, count) => {
      // First to where nobody answers, so that the error quotes an address of the server's choice.
      const location = count === 1 ? 'http://127.0.0.1:1/redirect' : other.url;
      res.writeHead(307, { location }).end();
    });
    const stream = connect(first.url, {
      fetch: quoting,
      headers,
      lastEventId: 'secret',
      reconnect: soon,
      ...options,
    });
    for await (const { data } of stream) {
      expect(data).toBe('there');
      break;
    }
    expect(first.requests).toHaveLength(2);
    expect(JSON.stringify(other.requests[0]?.headers)).not.toContain('secret');
  });

  it('gets no other request if it refuses the member redirect: nothing is followed by itself', async () => {
    const inits: unknown[] = [];
    const errors: unknown[] = [];
    const refusing = async (_: string, init: RequestInit) => {
      inits.push(init.redirect);
      if ('redirect' in init) throw new TypeError("The 'redirect' field is not implemented.");
      return new Response('data: x\n\n', { headers: type });
    };
    const stream = connect('http://localhost/', {
      fetch: refusing,
      headers,
      reconnect: soon,
      onReconnect: ({ error }) => errors.push(error?.message),
    });
    await until(() => inits.length >= 3);
    stream.close();
    expect(new Set(inits)).toEqual(new Set(['manual']));
    expect(errors[0]).toContain("'redirect' field is not implemented");
  });
});

describe('an async redirect function', () => {
  const redirectedBy = async (redirect: () => Promise<RedirectPolicy>) => {
    const server = await serve((req, res) => {
      if (req.url === '/there') open(res).write('data: there\n\n');
      else res.writeHead(307, { location: '/there' }).end();
    });
    const stream = connect(server.url, { redirect, reconnect: false, onEvent: () => stream.close() });
    return { outcome: await stream.closed, requests: server.requests.length };
  };

  it('is awaited, and its error fails the stream', async () => {
    const { outcome, requests } = await redirectedBy(async () => 'error');
    expect(outcome).toMatchObject({ reason: 'failed', error: { code: 'REDIRECT' } });
    expect(requests).toBe(1);
    expect((await redirectedBy(async () => 'follow')).outcome).toEqual({ reason: 'closed' });
  });

  it('fails the attempt if it rejects, and the rejection is handled', async () => {
    const { outcome, requests } = await redirectedBy(() => Promise.reject(new Error('no answer')));
    expect(outcome).toMatchObject({ reason: 'failed', error: { code: 'NETWORK' } });
    expect([outcome.error?.message, requests]).toEqual([expect.stringContaining('no answer'), 1]);
  });

  it('may close the stream: the redirection is neither followed nor traced', async () => {
    const traces: string[] = [];
    const server = await serve((_req, res) => void res.writeHead(307, { location: '/there' }).end());
    const stream: EventStream = connect(server.url, {
      onTrace: ({ type }) => traces.push(type),
      redirect: async () => {
        stream.close();
        return 'follow' as const; // TypeScript widens the one text of an async function
      },
    });
    expect(await stream.closed).toEqual({ reason: 'closed' });
    await new Promise((resolve) => setImmediate(resolve));
    expect([server.requests.length, traces]).toEqual([1, ['connecting', 'closed']]);
  });
});

describe('a redirection that leads nowhere fails a stream that has no headers of its own', () => {
  it.each([
    ['a loop', '/events', 21],
    ['a longer loop', '/other', 21],
    ['file:', 'file:///etc/passwd', 1],
    ['data:', 'data:text/event-stream,data:x', 1],
    ['no valid URL', 'http://[', 1],
  ])('%s', async (_, location, count) => {
    const server = await serve((req, res) => {
      res.writeHead(302, { location: req.url === '/other' ? '/events' : location }).end();
    });
    const stream = connect(server.url, { reconnect: soon });
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'REDIRECT', status: 302 } });
    expect(server.requests).toHaveLength(count);
  });
});

it('a 303 leaves every header of the body behind, Content-Location too', async () => {
  const server = await serve((req, res) => {
    req.resume();
    if (req.url === '/there') open(res).write('data: there\n\n');
    else res.writeHead(303, { location: '/there' }).end();
  });
  const stream = connect(server.url, {
    method: 'POST',
    body: '{}',
    headers: { ...headers, 'content-type': 'application/json', 'content-language': 'en' },
  });
  for await (const _ of stream) break;
  const [first, second] = server.requests.map((request) =>
    Object.keys(request.headers).filter((name) => name.startsWith('content-')),
  );
  expect(first?.sort()).toEqual(['content-language', 'content-length', 'content-location', 'content-type']);
  expect([second, server.requests[1]?.headers.authorization]).toEqual([[], 'secret']);
});

describe('a scheme that no fetch speaks', () => {
  const urls = [
    'ws://localhost/',
    'wss://localhost/',
    'ftp://localhost/',
    'file:///etc',
    'localhost:3000/events',
  ];

  it.each(urls)('%s is refused at the call', (url) => {
    const call = () => connect(url, { fetch: vi.fn() });
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option: 'url' }));
  });

  it.each(urls)('%s fails the stream if a function gives it', async (url) => {
    const fetch = vi.fn();
    const stream = connect(() => url, { fetch });
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'INVALID_REQUEST' } });
    expect(fetch).not.toHaveBeenCalled();
  });

  it('is fine if it is that of the page itself, but for a file', async () => {
    const fetch = vi.fn(() => new Promise<Response>(() => {}));
    vi.stubGlobal('document', { baseURI: 'app://main/index.html' });
    try {
      connect('/events', { fetch }).close();
      expect(fetch).toHaveBeenCalledExactlyOnceWith('app://main/events', expect.anything());
      vi.stubGlobal('document', { baseURI: 'file:///home/index.html' });
      expect(() => connect('/events', { fetch })).toThrow(/http/);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
