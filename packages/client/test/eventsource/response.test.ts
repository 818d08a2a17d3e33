import { describe, expect, it } from 'vitest';
import { EventSource } from '../../src/eventsource/index';
import { open, serve, until } from '../helpers/server';
import { quiet, record, serveText, source } from './helpers';

const { OPEN, CLOSED, CONNECTING } = EventSource;

describe('9.2.3 Processing model: the response', () => {
  it('announces the connection: OPEN, then a simple event open, before any message', async () => {
    const server = await serveText('data: x\n\n');
    const es = source(server.url);
    const fired = record(es);
    expect(es.readyState).toBe(CONNECTING);
    await until(() => fired.length === 2);
    expect(fired).toEqual([
      { type: 'open', state: OPEN },
      { type: 'message', state: OPEN, data: 'x', lastEventId: '' },
    ]);
  });

  it('open and error neither bubble nor can be cancelled, and are no MessageEvents', async () => {
    const server = await serve((_req, res, count) => {
      if (count === 1) open(res).end('retry: 1\n\n');
      else res.writeHead(204).end();
    });
    const es = source(server.url);
    const events: Event[] = [];
    es.onopen = (event) => events.push(event);
    es.onerror = (event) => events.push(event);
    await until(() => events.length === 3);
    expect(events.map(({ type }) => type)).toEqual(['open', 'error', 'error']);
    for (const event of events) {
      expect(event).toMatchObject({ bubbles: false, cancelable: false, target: es });
      expect(event).not.toBeInstanceOf(MessageEvent);
      expect('data' in event).toBe(false);
    }
  });

  it.each([
    'text/event-stream',
    'text/event-stream;',
    'TEXT/Event-Stream',
    ' text/event-stream ; charset=utf-8',
    'text/event-stream;charset=windows-1252',
    'text/event-stream;bogus',
    'text/event-stream; charset="x;y"; a=b',
  ])('the content type %j is an event stream, which is UTF-8 always', async (type) => {
    const server = await serveText('data: …\n\n', type);
    const fired = record(source(server.url));
    await until(() => fired.length === 2);
    expect(fired[1]).toMatchObject({ data: '…' });
  });

  it.each([
    'x bogus',
    'text/plain',
    'text/event-streams',
    'text/event-stream bogus',
    'text/event-stream, text/html',
    'application/x-dom-event-stream',
    'x;text/event-stream',
    '',
  ])('the content type %j fails the connection', async (type) => {
    const server = await serveText('data: x\n\n', type);
    await expectFailed(server.url, () => server.requests.length);
  });

  it('no content type at all fails the connection', async () => {
    const server = await serve((_req, res) => res.end('data: x\n\n'));
    await expectFailed(server.url, () => server.requests.length);
  });

  it.each([
    201, 202, 203, 204, 205, 206, 210, 299, 300, 304, 305, 400, 401, 404, 410, 429, 500, 502, 503, 504, 599,
  ])('the status %i fails the connection, whatever its type, and it never asks again', async (status) => {
    const server = await serve((_req, res) => {
      res.writeHead(status, { 'content-type': 'text/event-stream' }).end('retry: 1\ndata: x\n\n');
    });
    await expectFailed(server.url, () => server.requests.length);
  });

  it('a failed connection releases its socket although the response goes on', async () => {
    const server = await serve((_req, res) => {
      res.writeHead(500, { 'content-type': 'text/event-stream' });
      res.write('data: x\n\n');
    });
    const es = source(server.url);
    await until(() => es.readyState === CLOSED);
    await until(() => server.sockets.size === 0);
  });

  it.each([301, 302, 303, 307, 308])('a redirect by %i is followed, and gives the origin', async (status) => {
    const target = await serveText('data: x\n\n');
    const server = await serve((_req, res) => res.writeHead(status, { location: `${target.url}?2` }).end());
    const es = source(server.url);
    const events: MessageEvent<string>[] = [];
    es.onmessage = (event) => events.push(event);
    await until(() => events.length === 1);
    expect(events[0]).toMatchObject({ data: 'x', origin: new URL(target.url).origin });
    expect(es.url).toBe(server.url);
    expect(target.requests[0]).toMatchObject({ method: 'GET', url: '/events?2' });
    expect(target.requests[0]?.headers.accept).toBe('text/event-stream');
  });

  it('after a redirect it reconnects to its own url', async () => {
    const server = await serve((req, res) => {
      if (req.url === '/events') res.writeHead(302, { location: '/other' }).end();
      else open(res).end('retry: 1\nid: 1\ndata: x\n\n');
    });
    source(server.url);
    await until(() => server.requests.length >= 4);
    expect(server.requests.slice(0, 4).map(({ url }) => url)).toEqual([
      '/events',
      '/other',
      '/events',
      '/other',
    ]);
    expect(server.requests[3]?.headers['last-event-id']).toBe('1');
  });

  it('an empty body announces the connection, and reestablishes it', async () => {
    const headers = { 'content-type': 'text/event-stream' };
    const fired = record(source('http://127.0.0.1/', { fetch: async () => new Response(null, { headers }) }));
    await until(() => fired.length === 2);
    expect(fired).toEqual([
      { type: 'open', state: OPEN },
      { type: 'error', state: CONNECTING },
    ]);
  });

  it.each(['ftp://example.org/', 'about:blank', 'mailto:a@example.org', "javascript:alert('x')"])(
    'a network error of %s is futile to repeat: fails the connection',
    async (url) => {
      await expectFailed(url);
    },
  );

  it('an aborted network error fails the connection', async () => {
    let calls = 0;
    const fetch = async () => {
      calls += 1;
      throw new DOMException('The user stopped it', 'AbortError');
    };
    const es = source('http://127.0.0.1/', { fetch });
    const fired = record(es);
    await until(() => fired.length === 1);
    await quiet();
    expect(fired).toEqual([{ type: 'error', state: CLOSED }]);
    expect(calls).toBe(1);
  });

  it('a data: url is a response like any other, of an opaque origin', async () => {
    const es = source('data:text/event-stream,retry:1%0Adata:x%0A%0A');
    const events: MessageEvent<string>[] = [];
    const fired = record(es);
    es.onmessage = (event) => events.push(event);
    await until(() => fired.length >= 4);
    expect(fired.slice(0, 4).map(({ type }) => type)).toEqual(['open', 'message', 'error', 'open']);
    expect(events[0]?.origin).toBe('null');
  });

  it('so is a blob: url, of the origin in it', async () => {
    const url = URL.createObjectURL(new Blob(['data: x\n\n'], { type: 'text/event-stream' }));
    const fired = record(source(url));
    await until(() => fired.length >= 2);
    expect(fired[1]).toMatchObject({ type: 'message', data: 'x' });
    URL.revokeObjectURL(url);
  });

  it('a data: url of another type fails the connection', async () => {
    await expectFailed('data:text/plain,data:x%0A%0A');
  });

  async function expectFailed(url: string, requests: () => number = () => 1): Promise<void> {
    const es = source(url);
    const fired = record(es);
    await until(() => fired.length === 1);
    await quiet(20);
    expect(fired).toEqual([{ type: 'error', state: CLOSED }]);
    expect(es.readyState).toBe(CLOSED);
    expect(requests()).toBe(1);
  }
});
