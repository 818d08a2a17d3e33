import { describe, expect, it } from 'vitest';
import { contractClients, startConnect } from '../support/contract-client';
import { serveDriven } from '../support/driven-server';

const json = '{"hello": "world"}';
const jsonType = 'application/json; charset=utf-8';

describe.each(contractClients)('$name', ({ start }) => {
  it('asks by GET for an event stream, for no cached one, and without a last event ID', async () => {
    await using server = await serveDriven();
    using _client = start(server.url);
    const { method, headers, body } = await server.next();
    expect(method).toBe('GET');
    expect(body).toBe('');
    expect(headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-cache' });
    expect(headers).not.toHaveProperty('last-event-id');
  });

  it('sends custom headers with every request', async () => {
    await using server = await serveDriven();
    const headers = { 'header-name-1': 'value-1', 'header-name-2': 'value-2' };
    using _client = start(server.url, { headers });
    const first = await server.nextOpen();
    await first.send('retry: 1\n\n');
    first.cut();
    for (const { headers: sent } of [first, await server.next()]) expect(sent).toMatchObject(headers);
  });

  it('sends an initial last event ID, which counts as if an event had brought it', async () => {
    await using server = await serveDriven();
    using _client = start(server.url, { lastEventId: 'abc' });
    const first = await server.nextOpen();
    await first.send('retry: 1\ndata: no id\n\n');
    first.cut();
    for (const { headers } of [first, await server.next()]) expect(headers['last-event-id']).toBe('abc');
  });

  it('asks for nothing more after a 204', async () => {
    await using server = await serveDriven();
    using client = start(server.url);
    (await server.next()).answer(204);
    expect(await client.next()).toMatchObject({ kind: 'error' });
    expect(client.closed).toBe(true);
    expect(server.count).toBe(1);
  });

  it.each([301, 302, 303, 307, 308])('%i: the other place, and its own again afterwards', async (status) => {
    await using server = await serveDriven();
    using client = start(server.url);
    (await server.next()).answer(status, { location: '/elsewhere' });
    const there = await server.nextOpen();
    expect(there).toMatchObject({ method: 'GET', path: '/elsewhere' });
    await there.send('retry: 1\nid: 7\ndata: hello\n\n');
    expect(await client.events(1)).toEqual([{ type: 'message', data: 'hello', id: '7' }]);
    there.cut();
    const again = await server.next();
    expect(again.path).toBe('/stream');
    expect(again.headers['last-event-id']).toBe('7');
  });

  it.each([301, 307])('%i to nowhere: an error', async (status) => {
    await using server = await serveDriven();
    using client = start(server.url);
    (await server.next()).answer(status);
    expect(await client.next()).toMatchObject({ kind: 'error' });
    expect(client.closed).toBe(true);
  });

  it('reports a response that is no event stream as an error, and asks for nothing more', async () => {
    await using server = await serveDriven();
    using client = start(server.url);
    (await server.next()).answer(200, { 'content-type': 'text/html' });
    expect(await client.next()).toMatchObject({ kind: 'error' });
    expect(client.closed).toBe(true);
    expect(server.count).toBe(1);
  });
});

describe.each(['POST', 'REPORT'])('a request of connect() by %s', (method) => {
  const options = { method, body: json, headers: { 'content-type': jsonType } };

  it('has the body and its type', async () => {
    await using server = await serveDriven();
    using _client = startConnect(server.url, options);
    const request = await server.next();
    expect(request).toMatchObject({ method, body: json });
    expect(request.headers['content-type']).toBe(jsonType);
  });

  it('has them again after every loss, with the last event ID', async () => {
    await using server = await serveDriven();
    using client = startConnect(server.url, options);
    const first = await server.nextOpen();
    await first.send('id: 1\ndata: x\n\n');
    await client.events(1);
    first.cut();
    const second = await server.nextOpen();
    second.end();
    for (const request of [second, await server.next()]) {
      expect(request).toMatchObject({ method, body: json });
      expect(request.headers).toMatchObject({ 'content-type': jsonType, 'last-event-id': '1' });
    }
  });

  it.each([307, 308])('has them where a %i leads', async (status) => {
    await using server = await serveDriven();
    using client = startConnect(server.url, options);
    (await server.next()).answer(status, { location: '/elsewhere' });
    const there = await server.nextOpen();
    expect(there).toMatchObject({ method, body: json, path: '/elsewhere' });
    await there.send('data: hello\n\n');
    expect(await client.events(1)).toMatchObject([{ data: 'hello' }]);
  });

  // [spec] Fetch: 301 and 302 make GET of POST alone, 303 of every method but GET and HEAD.
  it.each([301, 302, 303])('becomes what Fetch says where a %i leads', async (status) => {
    await using server = await serveDriven();
    using client = startConnect(server.url, options);
    (await server.next()).answer(status, { location: '/elsewhere' });
    const there = await server.nextOpen();
    const isKept = status !== 303 && method !== 'POST';
    expect(there).toMatchObject(isKept ? { method, body: json } : { method: 'GET', body: '' });
    await there.send('data: hello\n\n');
    expect(await client.events(1)).toMatchObject([{ data: 'hello' }]);
  });
});
