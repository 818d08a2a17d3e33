import { describe, expect, it } from 'vitest';
import { EventSource, type EventSourceInit } from '../../src/eventsource/index';
import { open, serve, until } from '../helpers/server';
import { record, sendAndEnd, source } from './helpers';

const stream = (body = '') => new Response(body, { headers: { 'content-type': 'text/event-stream' } });

/** The RequestInit that fetch gets. */
function initOf(init: EventSourceInit, url = 'http://127.0.0.1/') {
  const seen: { url: string; init: RequestInit; headers: Headers }[] = [];
  const fetch = (target: string, passed: RequestInit) => {
    seen.push({ url: target, init: passed, headers: new Headers(passed.headers) });
    return new Promise<Response>(() => {});
  };
  source(url, { ...init, fetch });
  const [first] = seen;
  if (first === undefined) throw new Error('It did not fetch');
  return first;
}

/** The request's header on a second connection, after this text on the first. */
async function lastEventIdAfter(text: string): Promise<string | undefined> {
  const server = await serve((_req, res, count) => {
    if (count === 1) sendAndEnd(res, text);
    else open(res);
  });
  source(server.url);
  await until(() => server.requests.length === 2);
  const header = server.requests[1]?.headers['last-event-id'];
  return header === undefined ? undefined : Buffer.from(String(header), 'latin1').toString('utf8');
}

describe('9.2.2 The EventSource interface: the request', () => {
  it('steps 8 and 10: GET with Accept: text/event-stream, and no last event ID', async () => {
    const server = await serve((_req, res) => open(res));
    source(server.url);
    await until(() => server.requests.length === 1);
    const [request] = server.requests;
    expect(request?.method).toBe('GET');
    expect(request?.headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-cache' });
    expect(request?.headers).not.toHaveProperty('last-event-id');
  });

  it('step 8: anonymous sends what fetch sends by itself: mode cors, credentials same-origin, redirects followed', () => {
    const { init } = initOf({});
    expect(Object.keys(init).sort()).toEqual(['cache', 'headers', 'signal']);
    const request = new Request('http://127.0.0.1/', init);
    expect(request).toMatchObject({
      mode: 'cors',
      credentials: 'same-origin',
      redirect: 'follow',
      method: 'GET',
    });
  });

  it('step 8: withCredentials includes credentials', () => {
    expect(initOf({ withCredentials: true }).init.credentials).toBe('include');
  });

  it('step 8: credentials of the url wait for a 401, and are sent with every later request', async () => {
    const server = await serve((req, res) => {
      if (req.headers.authorization) open(res).end('retry: 1\n\n');
      else res.writeHead(401).end('who are you?');
    });
    const es = source(server.url.replace('//', '//us%C3%A9r:p%40ss@'));
    await until(() => server.requests.length === 3);
    const expected = `Basic ${Buffer.from('usér:p@ss').toString('base64')}`;
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([undefined, expected, expected]);
    expect(es.url).toContain('us%C3%A9r:p%40ss@');
  });

  it('step 8: a 401 without a body is asked again with them too', async () => {
    const sent: (string | null)[] = [];
    const answer = async (_: string, { headers }: RequestInit) => {
      sent.push(new Headers(headers).get('authorization'));
      return sent.length === 1 ? new Response(null, { status: 401 }) : stream('data: in\n\n');
    };
    const es = source('http://me:secret@127.0.0.1/', { fetch: answer as typeof fetch });
    const fired = record(es);
    await until(() => fired.some(({ data }) => data === 'in'));
    expect(sent.slice(0, 2)).toEqual([null, `Basic ${btoa('me:secret')}`]);
  });

  it('step 8: credentials of the url that are refused fail the connection', async () => {
    const server = await serve((_req, res) => res.writeHead(401).end());
    const es = source(server.url.replace('//', '//user:pass@'));
    await until(() => es.readyState === EventSource.CLOSED);
    expect(server.requests).toHaveLength(2);
  });

  it('beyond the Standard: an Authorization of the headers wins over them', async () => {
    const server = await serve((_req, res) => open(res));
    source(server.url.replace('//', '//user:pass@'), { headers: { authorization: 'Bearer token' } });
    await until(() => server.requests.length === 1);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer token');
  });

  it('step 11: the cache mode is no-store, so that a cached stream is not taken', async () => {
    expect(initOf({}).init.cache).toBe('no-store');
    const server = await serve((_req, res, count) => {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'max-age=3600' });
      res.end(`retry: 1\ndata: ${count}\n\n`);
    });
    const fired = record(source(server.url));
    await until(() => fired.filter(({ type }) => type === 'message').length >= 2);
    expect(fired.flatMap(({ data }) => data ?? []).slice(0, 2)).toEqual(['1', '2']);
    expect(server.requests[0]?.headers['cache-control']).toBe('no-cache');
  });

  it('step 15: the fragment is not sent', async () => {
    const server = await serve((_req, res) => open(res));
    const es = source(`${server.url}?a=b#c`);
    await until(() => server.requests.length === 1);
    expect(server.requests[0]?.url).toBe('/events?a=b');
    expect(es.url).toBe(`${server.url}?a=b#c`);
  });

  it('beyond the Standard: headers are sent with every request, as they were at the call', async () => {
    const server = await serve((_req, res) => sendAndEnd(res, 'id: 7\n\n'));
    const headers = new Headers({ 'x-mine': 'yes', accept: 'text/event-stream, */*', 'last-event-id': '5' });
    source(server.url, { headers });
    headers.set('x-mine', 'changed');
    await until(() => server.requests.length >= 2);
    for (const request of server.requests) {
      expect(request.headers).toMatchObject({ 'x-mine': 'yes', accept: 'text/event-stream, */*' });
    }
    expect(server.requests.slice(0, 2).map(({ headers }) => headers['last-event-id'])).toEqual(['5', '7']);
    expect([...headers.keys()]).toEqual(['accept', 'last-event-id', 'x-mine']);
  });

  it('beyond the Standard: fetch gets the absolute url and a signal', () => {
    const { url, init } = initOf({}, 'http://me:pw@127.0.0.1/a');
    expect(url).toBe('http://127.0.0.1/a');
    expect(init.signal).toBeInstanceOf(AbortSignal);
  });
});

describe('9.2.3 Processing model: Last-Event-ID', () => {
  it.each([
    ['1', 'id: 1\ndata: x\n\n'],
    ['…ß😀', 'id: …ß😀\ndata: x\n\n'],
    ['a b\tc', 'id: a b\tc\ndata: x\n\n'],
    ['"<>,;', 'id: "<>,;\ndata: x\n\n'],
    ['of a block without data', 'id: of a block without data\n\n'],
    ['last', 'id: first\ndata: x\n\nid: last\ndata: y\n\ndata: z\n\n'],
    ...['\0\0', 'x\0', '\0x', 'x\0x', ' \0'].map((id): [string, string] => [
      'kept',
      `id: kept\ndata: x\n\nid: ${id}\ndata: y\n\n`,
    ]),
    ['finished', 'id: finished\ndata: x\n\nid: unfinished\ndata: y\n'],
  ])('%j is sent, as UTF-8', async (expected, text) => {
    expect(await lastEventIdAfter(text)).toBe(expected);
  });

  it.each([
    ['never set', 'data: x\n\n'],
    ['set to nothing', 'id: 1\ndata: x\n\nid\ndata: y\n\n'],
    ['not fit for a header: a control character', 'id: a\x01b\ndata: x\n\n'],
    ['not fit for a header: a space at the end', 'id: a \ndata: x\n\n'],
    ['too long', `id: ${'a'.repeat(4097)}\ndata: x\n\n`],
  ])('is not sent if it is %s', async (_name, text) => {
    expect(await lastEventIdAfter(text)).toBeUndefined();
  });

  it('is kept over a connection that carries none, as in the browsers, also through errors', async () => {
    const server = await serve((_req, res, count) => {
      if (count === 1) sendAndEnd(res, 'id: 1\ndata: x\n\n');
      else if (count === 2) sendAndEnd(res, 'data: y\n\n');
      else if (count === 3) res.destroy();
      else open(res).write('data: z\n\n');
    });
    const fired = record(source(server.url));
    await until(() => fired.some(({ data }) => data === 'z'));
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([
      undefined,
      '1',
      '1',
      '1',
    ]);
    expect(fired.flatMap(({ lastEventId }) => lastEventId ?? [])).toEqual(['1', '1', '1']);
  });

  it('is sent no more once the stream has reset it', async () => {
    const texts = ['id: 1\ndata: x\n\n', 'id\ndata: y\n\n', 'data: z\n\n'];
    const server = await serve((_req, res, count) => sendAndEnd(res, texts[count - 1] ?? ''));
    source(server.url);
    await until(() => server.requests.length >= 3);
    const ids = server.requests.slice(0, 3).map(({ headers }) => headers['last-event-id']);
    expect(ids).toEqual([undefined, '1', undefined]);
  });

  it('is of the parsed stream, although listeners have not seen it yet', async () => {
    const ids: (string | null)[] = [];
    const fetch = async (_url: string, init: RequestInit) => {
      ids.push(new Headers(init.headers).get('last-event-id'));
      return stream('retry: 0\nid: 1\ndata: x\n\nid: 2\n\n');
    };
    const es = source('http://127.0.0.1/', { fetch });
    await until(() => ids.length >= 2);
    es.close();
    expect(ids.slice(0, 2)).toEqual([null, '2']);
  });
});
