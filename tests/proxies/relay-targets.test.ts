import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { scriptedServer } from '@eventwire/testing/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, serve } from '../support/listen';
import { relayHandler } from './relay-handler';

/** Sends one request as it is written here, since `fetch` would not, and gives the whole response. */
async function ask(port: number, target: string, { method = 'GET', headers = '' } = {}): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const fields = `Host: relay.test\r\nCookie: secret\r\n${headers}Connection: close\r\n\r\n`;
  socket.write(Buffer.from(`${method} ${target} HTTP/1.1\r\n${fields}`, 'latin1'));
  return text(socket);
}

const statusOf = (response: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);

describe('a relay to one origin', () => {
  let origin: RunningServer;
  let elsewhere: RunningServer;
  let relay: RunningServer;
  const paths: string[] = [];
  const visits: string[] = [];

  beforeAll(async () => {
    origin = await serve((req, res) => {
      paths.push(req.url ?? '');
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: of the origin\n\n');
    });
    // Nothing may ever reach it.
    elsewhere = await serve((req, res) => {
      visits.push(`${req.url} with ${req.headers.cookie}`);
      res.end('data: from elsewhere\n\n');
    });
    relay = await serve(relayHandler(origin.url, (event) => event));
  });
  afterAll(async () => {
    for (const server of [relay, elsewhere, origin]) await server[Symbol.asyncDispose]();
  });

  it.each([
    '//HOST/',
    '///HOST/',
    '/\\HOST/',
    '\\\\HOST/',
    '\\/HOST/',
    'http://HOST/',
    'HTTP://HOST/',
    'http:HOST/',
    'http:/HOST/',
    'http:\\\\HOST/',
    '//x@HOST/',
    'http://ORIGIN@HOST/',
    'file:///etc/passwd',
    'data:text/event-stream,data:%20x',
    '*',
    'HOST',
    'HOST/',
    '?query',
    '@HOST/',
    '.HOST/',
    '/\t/HOST/',
    '/\t\\HOST/',
  ])('refuses the request target %s, and reaches no other server', async (form) => {
    const target = form
      .replace('ORIGIN', `127.0.0.1:${origin.port}`)
      .replace('HOST', `127.0.0.1:${elsewhere.port}`);
    expect(statusOf(await ask(relay.port, target))).toBe(400);
    expect(visits).toEqual([]);
  });

  it.each(['/', '/?a=//b', '/a//HOST/', '/%2f/HOST/', '/%5cHOST/', '/..//HOST/', '/@HOST/', '/http://HOST/'])(
    'asks its origin for the path %s',
    async (form) => {
      const target = form.replace('HOST', `127.0.0.1:${elsewhere.port}`);
      expect(await ask(relay.port, target)).toContain('data: of the origin');
      expect(paths.at(-1)).toBe(target.replace('/..', ''));
      expect(visits).toEqual([]);
    },
  );

  it('opens no tunnel, and makes no GET of another method', async () => {
    const before = paths.length;
    expect(await ask(relay.port, `127.0.0.1:${elsewhere.port}`, { method: 'CONNECT' })).toBe('');
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
      expect(statusOf(await ask(relay.port, '/', { method }))).toBe(405);
    expect(await ask(relay.port, '/', { method: 'HEAD' })).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\n$/);
    expect(paths.length).toBe(before + 1);
    expect(visits).toEqual([]);
  });

  it('reaches no other server, whatever the request target', async () => {
    const piece = fc.constantFrom(
      ...['/', '//', '\\', '%2f', '%5c', '%2F%2e', '.', '..', '@', ':', '?', '#', ';', '\t', '\f', '*', 'é'],
      ...['http:', 'https:', 'HTTP:', 'ws:', 'file:', 'javascript:', 'relay.test', 'user:pass@', '[::1]'],
      ...['127.0.0.1', 'localhost', '2130706433', '0x7f.1', `:${elsewhere.port}`, `:${elsewhere.port}/`],
    );
    const host = fc.constantFrom('127.0.0.1', 'localhost', '2130706433', '0x7f.1', '127.1');
    const target = fc
      .tuple(fc.array(piece, { maxLength: 4 }), host, fc.array(piece, { maxLength: 3 }))
      .map(([before, name, after]) => `${before.join('')}${name}:${elsewhere.port}/${after.join('')}`);
    await fc.assert(
      fc.asyncProperty(target, async (target) => {
        const before = paths.length;
        const response = await ask(relay.port, target);
        expect(visits).toEqual([]);
        expect([200, 400]).toContain(statusOf(response));
        expect(paths.length - before).toBe(statusOf(response) === 200 ? 1 : 0);
      }),
      { numRuns: 400 },
    );
  });

  it('leaves it to the client to follow a redirection, which may lead to another server', async () => {
    await using redirecting = await scriptedServer([[{ redirect: `${elsewhere.url}/there` }]]);
    await using toIt = await serve(relayHandler(redirecting.url, (event) => event));
    const response = await ask(toIt.port, '/');
    expect(statusOf(response)).toBe(307);
    expect(response).toContain(`\r\nlocation: ${elsewhere.url}/there\r\n`);
    expect(visits).toEqual([]);
  });

  it('keeps to itself the headers that are for one connection, in both directions', async () => {
    const own = { 'keep-alive': 'timeout=77', upgrade: 'other', 'proxy-authenticate': 'Basic', 'x-own': 'y' };
    await using talking = await scriptedServer([[{ status: 200, headers: own, body: 'data: x\n\n' }]]);
    await using toIt = await serve(relayHandler(talking.url, (event) => event));
    const headers =
      'TE: trailers\r\nUpgrade: other\r\nProxy-Authorization: Basic x\r\nKeep-Alive: timeout=78\r\n' +
      'X-Own: y\r\nX-Forwarded-For: 10.0.0.1\r\n';
    const response = (await ask(toIt.port, '/', { headers })).toLowerCase();
    expect(response).toContain('data: x');
    for (const name of Object.keys(own))
      expect(response).not.toContain(`\r\n${name}: ${own[name as 'x-own']}`);
    const asked = talking.requests[0]?.headers ?? {};
    for (const name of ['te', 'upgrade', 'proxy-authorization', 'x-own', 'x-forwarded-for'])
      expect(asked).not.toHaveProperty(name);
    expect(asked['keep-alive']).not.toBe('timeout=78');
    expect(asked).toMatchObject({ cookie: 'secret' });
  });
});
