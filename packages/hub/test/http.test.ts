import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHub } from '../src/index';
import { hubListener } from '../src/node/index';
import { PATH, startHub, vias } from './helpers/hubs';

const cors = { origins: ['https://app.example'], credentials: true };

describe.each(vias)('check 13, by %s:', (via) => {
  it('pages of listed origins may use the hub, with all that they need, and others may not', async () => {
    const { request, publish } = await startHub({ cors }, via);
    const read = async (origin: string, init: RequestInit = {}) => {
      const response = await request('?match=a', { ...init, headers: { origin, ...init.headers } });
      await response.body?.cancel();
      return Object.fromEntries(
        [...response.headers].filter(([name]) => /^(access-control|vary)/.test(name)),
      );
    };
    const allowed = {
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Link, Mercure-Last-Event-ID',
      vary: 'Origin',
    };
    expect(await read('https://app.example')).toEqual(allowed);
    expect(await read('https://evil.example')).toEqual({ vary: 'Origin' });
    const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'QUERY' } };
    expect(await read('https://app.example', preflight)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, HEAD, POST, QUERY',
      'access-control-allow-headers':
        'Last-Event-ID, Authorization, Cache-Control, Content-Type, Idempotency-Key',
    });
    const refused = await publish({ topic: '*' }, { origin: 'https://app.example' });
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  it('HEAD ends at its head, and subscribes to nothing', async () => {
    const { request, hub } = await startHub({}, via);
    const response = await request('?match=a&last_event_id=earliest', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('mercure-last-event-id')).toBe('earliest');
    expect(hub.channel.size).toBe(0);
    expect((await request('', { method: 'HEAD' })).status).toBe(400);
  });

  it.each([
    ['', 'DELETE', 'GET, HEAD, QUERY, POST'],
    ['', 'PUT', 'GET, HEAD, QUERY, POST'],
    [`${PATH}/subscriptions`, 'POST', 'GET, HEAD'],
  ])('%s refuses %s, and says what it takes', async (target, method, allow) => {
    const { request } = await startHub({ subscriptions: true }, via);
    const response = await request(target, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  });

  it('a hub without publishers’ keys takes no POST', async () => {
    const { request } = await startHub({ issuers: [] }, via);
    expect((await request('', { method: 'POST', body: 'topic=a' })).status).toBe(405);
  });

  it.each<[string, string]>([
    ['nothing to subscribe to', ''],
    ['an empty matcher', '?match='],
    ['a parameter that begins as a matcher', '?match=a&matches=b'],
    ['a matcher in capitals', '?MATCH=a'],
    ['a type that the hub does not know', '?match_regexp=a'],
    ['the parameter of protocol 0.x', '?topic=a'],
    ['a control character', '?match=a%07'],
    ['a format character', '?match=a%E2%80%AE'],
    ['a pattern that is none', '?match_urlpattern=/('],
    ['a pattern that needs backtracking', '?match_urlpattern=/((?=a)a)'],
    ['a pattern with a back reference', '?match_urlpattern=/(a)(\\1)'],
    ['too many matchers', `?${Array.from({ length: 101 }, (_, n) => `match=${n}`).join('&')}`],
    ['a matcher that is too long', `?match=${'x'.repeat(4097)}`],
  ])('%s is refused with a sentence', async (_, query) => {
    const { request, refusals } = await startHub({}, via);
    const response = await request(query);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.text()).toMatch(/^[A-Z][^\n]+\n$/);
    expect(refusals).toMatchObject([{ status: 400, method: 'GET', path: PATH }]);
  });

  it('names that begin otherwise are left to others', async () => {
    const { subscribe } = await startHub({}, via);
    expect((await subscribe('?match=a&utm_source=x&Topic=y')).response.status).toBe(200);
  });

  it('QUERY takes matchers from its body too', async () => {
    const { request, hub } = await startHub({}, via);
    const abort = new AbortController();
    const body = new URLSearchParams(
      Array.from({ length: 99 }, (_, n) => ['match', `${n}`.padEnd(2000, 'x')]),
    );
    const response = await request('?match=a', { method: 'QUERY', body, signal: abort.signal });
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    let text = '';
    await hub.publish({ topics: '7'.padEnd(2000, 'x'), data: 'by the body' });
    await hub.publish({ topics: 'a', data: 'by the query' });
    while (!text.includes('by the query')) text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).toContain('by the body');
    abort.abort();
    const status = async (init: RequestInit) => (await request('', { method: 'QUERY', ...init })).status;
    const plain = { method: 'QUERY', body: 'match=a', headers: { 'content-type': 'text/plain' } };
    const refused = await request('', plain);
    expect([refused.status, await refused.text()]).toEqual([
      400,
      'Send the matchers as application/x-www-form-urlencoded\n',
    ]);
    expect(await status({})).toBe(400);
  });

  it('a body that is too large is refused without reading all of it', async () => {
    const { request, token } = await startHub({ limits: { maxBodyBytes: 10_000 } }, via);
    const headers = {
      authorization: `Bearer ${await token()}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    expect(
      (await request('', { method: 'POST', headers, body: `topic=a&data=${'x'.repeat(9_000)}` })).status,
    ).toBe(200);
    expect(
      (await request('', { method: 'POST', headers, body: `topic=a&data=${'x'.repeat(11_000)}` })).status,
    ).toBe(413);
    const inPieces = async (length: number) => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('topic=a&data='));
          controller.enqueue(new TextEncoder().encode('x'.repeat(length - 13)));
          controller.close();
        },
      });
      const init = { method: 'POST', headers, body, duplex: 'half' };
      return (await request('', init as RequestInit)).status;
    };
    expect(await inPieces(10_000)).toBe(200);
    expect(await inPieces(10_001)).toBe(413);
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new TextEncoder().encode('x'.repeat(1000)));
      },
    });
    const init = { method: 'POST', headers, body: endless, duplex: 'half' };
    const status = await request('', init as RequestInit).then(
      (response) => response.status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(status);
    // A socket takes some megabytes before it makes a client wait.
    expect(pulled).toBeLessThan(20_000);
  });

  it('an option that is undefined counts as absent', async () => {
    const limits = { maxBodyBytes: undefined } as unknown as { maxBodyBytes: number };
    const { request, publish } = await startHub(
      { limits, cors: { ...cors, allowMethods: undefined }, channel: { onError: undefined } },
      via,
    );
    expect((await publish({ topic: 'a', data: 'x'.repeat(1024 * 1024) })).status).toBe(413);
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'QUERY' };
    const { headers: allowed } = await request('', { method: 'OPTIONS', headers });
    expect(allowed.get('access-control-allow-methods')).toContain('QUERY');
  });

  it('an async onRefused that rejects is told to onError', async () => {
    const onRefused = async () => {
      throw new Error('from onRefused');
    };
    const { request, errors } = await startHub({ onRefused }, via);
    expect((await request('')).status).toBe(400);
    await expect.poll(() => errors).toMatchObject([{ message: 'from onRefused' }]);
  });

  it('a refused token is refused before the body is looked at', async () => {
    const { request } = await startHub({}, via);
    const headers = { authorization: 'Bearer a.b.c' };
    expect((await request('', { method: 'POST', headers, body: 'x'.repeat(2_000_000) })).status).toBe(401);
  });

  it('beyond maxSubscribers there is a 503', async () => {
    const { subscribe } = await startHub({ channel: { maxSubscribers: 1 } }, via);
    await subscribe('?match=a');
    const { response } = await subscribe('?match=a');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('a hub that is closing has no place for updates', async () => {
    const { hub, publish } = await startHub({}, via);
    await hub.close();
    expect((await publish({ topic: 'a' })).status).toBe(503);
  });
});

it('a body that something has read, and not kept, is refused, and nothing waits for it', async () => {
  const { hub, token } = await startHub({ url: 'https://hub.example/hub' });
  const listener = hubListener(hub);
  const server = createServer(async (req, res) => {
    await text(req);
    await listener(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = {
      host: 'hub.example',
      'content-type': 'application/x-www-form-urlencoded',
    };
    void token().then((value) => {
      const all = { ...headers, authorization: `Bearer ${value}` };
      request({ port, method: 'POST', path: '/hub', headers: all }, resolve)
        .on('error', reject)
        .end('topic=a&data=x');
    });
  });
  expect([response.statusCode, await text(response)]).toEqual([400, expect.stringContaining('topic')]);
});

it.each<[string, unknown, string[]]>([
  ['as a text', 'topic=a&data=x%20%C3%A9', ['x é']],
  ['as bytes', Buffer.from('topic=a&data=x%20%C3%A9'), ['x é']],
  ['as an object', { topic: 'a', data: 'x é' }, ['x é']],
  ['as an object with a list', { topic: ['b', 'a'], data: 'x é' }, ['x é']],
  ['as a text that is as long as a body may be', `topic=a&data=${'x'.repeat(37)}`, ['x'.repeat(37)]],
  ['as a text that is too long', `topic=a&data=${'x'.repeat(38)}`, []],
  ['as bytes that are too many', Buffer.from(`topic=a&data=${'x'.repeat(38)}`), []],
  ['as an object that is too long', { topic: 'a', data: 'x'.repeat(38) }, []],
])(
  'a form that a middleware has read, and kept %s, counts as one that the hub reads',
  async (_, body, data) => {
    const { hub, token, subscribe } = await startHub({
      url: 'https://hub.example/hub',
      limits: { maxBodyBytes: 50 },
    });
    const reader = await subscribe('?match=a');
    const listener = hubListener(hub);
    const server = createServer(async (req, res) => {
      await text(req);
      await listener(Object.assign(req, { body }), res);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const headers = {
      host: 'hub.example',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Bearer ${await token()}`,
    };
    const { port } = server.address() as AddressInfo;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ port, method: 'POST', path: '/hub', headers }, resolve)
        .on('error', reject)
        .end('of the client');
    });
    response.resume();
    expect(response.statusCode).toBe(data.length === 0 ? 413 : 200);
    await hub.publish({ topics: 'a', data: 'last' });
    await reader.until(data.length + 1);
    expect(reader.data).toEqual([...data, 'last']);
  },
);

describe('addresses', () => {
  it('a request for another host is misdirected, and one for another path is not the hub’s', async () => {
    const hub = createHub({ url: ['https://a.example/hub', 'https://b.example/live'], anonymous: true });
    const status = async (url: string, headers: Record<string, string> = {}) => {
      const response = await hub.fetch(new Request(url, { headers }));
      await response?.body?.cancel();
      return response?.status;
    };
    expect(await status('https://a.example/hub?match=a')).toBe(200);
    expect(await status('https://b.example/live?match=a')).toBe(200);
    expect(await status('http://b.example:443/live?match=a')).toBe(200);
    expect(await status('https://b.example/hub?match=a')).toBe(421);
    expect(await status('https://evil.example/hub?match=a')).toBe(421);
    expect(await status('https://a.example/hub2?match=a')).toBeUndefined();
    expect(await status('https://a.example/hub/other')).toBeUndefined();
    expect(await status('https://a.example/hut/subscriptions')).toBeUndefined();
    expect(await status('https://a.example/')).toBeUndefined();
    await hub.close({ timeout: 100 });
  });

  it.each([
    undefined,
    '',
    'hub',
    'https://a.example',
    'https://a.example/',
    'ftp://a.example/hub',
    'https://a.example/hub?x',
    [],
  ])('the url of a hub is not %j', (url) => {
    expect(() => createHub({ url: url as string })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'url' }),
    );
  });

  it.each<[object, string, string]>([
    [{ issuer: [] }, 'issuer', 'did you mean `issuers`?'],
    [{ limits: 5 }, 'limits', 'expected an object, got 5'],
    [{ limits: { maxMatcher: 1 } }, 'limits.maxMatcher', 'did you mean `limits.maxMatchers`?'],
    [{ limits: { maxMatchers: 0 } }, 'limits.maxMatchers', 'got 0'],
    [{ issuers: [{ id: '' }] }, 'issuers[0].id', ''],
    [{ issuers: [{ id: 'a' }, { id: 'a' }] }, 'issuers[1].id', ''],
    [{ limits: null }, 'limits', 'expected an object, got null'],
    [{ stream: null }, 'stream', 'expected an object, got null'],
    [{ legacy: 5 }, 'legacy', 'expected an object, got 5'],
    [{ issuers: [5] }, 'issuers[0]', 'expected an object, got 5'],
    [{ stream: { status: 200 } }, 'stream.status', ''],
    [{ stream: { heartbeat: 'fast' } }, 'stream.heartbeat', ''],
    [{ stream: { heartBeat: 1000 } }, 'stream.heartBeat', 'stream.heartbeat'],
    [{ channel: { log: {} } }, 'channel.log', 'log'],
    [{ channel: { maxBehind: 'x' } }, 'channel.maxBehind', ''],
    [{ subscriptions: {} }, 'subscriptions', 'list'],
    [{ cookieName: 'a b' }, 'cookieName', ''],
    [{ publishOrigins: 'https://a.example' }, 'publishOrigins', 'expected an array of origins, got'],
    [{ publishOrigins: ['example.org'] }, 'publishOrigins', ''],
    [{ publishOrigins: ['https://*.*.example'] }, 'publishOrigins', ''],
    [{ publishOrigins: [5] }, 'publishOrigins', 'got 5'],
    [{ issuers: [{ id: 'a', publisher: 'x' }] }, 'issuers[0].publisher', '{ key, algorithms } or { jwks }'],
    [{ legacy: { subscriber: 5 } }, 'legacy.subscriber', '{ key, algorithms } or { jwks }'],
    [{ cors: { origins: '*', credentials: true } }, 'cors.origins', ''],
    [{ legacy: { queryTokens: true } }, 'legacy.queryTokens', 'did you mean `legacy.queryToken`?'],
  ])('the options %j are refused', (options, option, message) => {
    const make = () => createHub({ url: 'https://a.example/hub', ...options });
    expect(make).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option, message: expect.stringContaining(message) }),
    );
  });
});
