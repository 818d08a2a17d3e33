import { mkdirSync, rmdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followEvents } from './support/follow-events';
import { postJson, type Server, startServer } from './support/server';
import { makeTree, type Tree } from './support/tree';

let tree: Tree;
let server: Server;

beforeAll(async () => {
  tree = makeTree();
  server = await startServer({ JOBS_ROOT: tree.path });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  tree?.[Symbol.dispose]();
});

/** A request with any headers: fetch would set Host and Origin itself. */
function rawRequest(
  path: string,
  headers: Record<string, string>,
  { method = 'GET', body = '' }: { method?: string; body?: string } = {},
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      // A stream would never end; its head is all that is asked here.
      if (response.headers['content-type'] === 'text/event-stream') {
        response.destroy();
        resolve({ status: response.statusCode, body: '' });
        return;
      }
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('POST /jobs', () => {
  it.each([
    ['', 'body', /JSON/],
    ['{', 'body', /JSON/],
    ['[]', 'body', /object/],
    ['null', 'body', /object/],
    ['"text"', 'body', /object/],
    ['{"folder": 1}', 'folder', /path/],
    ['{"folder": ""}', 'folder', /1 to 200/],
    [JSON.stringify({ folder: 'a'.repeat(201) }), 'folder', /1 to 200/],
    [JSON.stringify({ folder: 'a\0b' }), 'folder', /control/],
    ['{"folder": "nowhere"}', 'folder', /exist/],
    ['{"folder": "empty"}', 'folder', /exist/],
    ['{"folder": ".."}', 'folder', /inside/],
    ['{"folder": "numbers/../../etc"}', 'folder', /inside/],
    ['{"folder": "/etc"}', 'folder', /inside/],
    ['{"folder": "node_modules"}', 'folder', /node_modules/],
    ['{"folder": "numbers/dist"}', 'folder', /dist/],
    ['{"folder": ".git"}', 'folder', /\.git/],
    ['{"folder": "link-outside"}', 'folder', /symbolic/],
    ['{"folder": "link-to-folder"}', 'folder', /symbolic/],
    ['{"compression": "zip"}', 'compression', /gzip/],
    ['{"level": 10}', 'level', /0 to 9 for gzip/],
    ['{"level": "6"}', 'level', /whole number/],
    ['{"level": 1.5}', 'level', /whole number/],
    ['{"level": -1}', 'level', /whole number/],
    ['{"compression": "brotli", "level": 12}', 'level', /0 to 11/],
    ['{"pace": 2001}', 'pace', /0 to 2000/],
    ['{"pace": null}', 'pace', /whole number/],
    ['{"speed": 1}', 'speed', /not a field of this request, which has: folder, compression, level, pace$/],
    ['{"__proto__": {"pace": 1}}', '__proto__', /not a field/],
  ])('refuses %s, naming %s', async (body, field, message) => {
    const response = await postJson(`${server.url}/jobs`, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const { error } = (await response.json()) as { error: { code: string; field: string; message: string } };
    expect(error).toEqual({
      code: expect.stringMatching(/^[A-Z_]+$/),
      field,
      message: expect.stringMatching(message),
    });
  });

  it('refuses a body that is not JSON in UTF-8', async () => {
    const body = new Uint8Array([0x22, 0xff, 0x22]);
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${server.url}/jobs`, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({ error: { code: 'INVALID_JSON', field: 'body' } });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'refuses the type %j',
    async (type) => {
      const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
      const { host } = new URL(server.url);
      const response = await rawRequest('/jobs', { host, ...headers }, { method: 'POST', body: '{}' });
      expect(response.status).toBe(415);
      expect(JSON.parse(response.body)).toMatchObject({ error: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
    },
  );

  it.each([
    ['announced', { 'Content-Length': '20000' }],
    ['streamed', { 'Transfer-Encoding': 'chunked' }],
  ])('refuses a body above 16 KiB, %s', async (_how, headers) => {
    const body = JSON.stringify({ folder: 'x'.repeat(20_000 - 13) });
    const { host } = new URL(server.url);
    const response = await rawRequest(
      '/jobs',
      { host, 'Content-Type': 'application/json', ...headers },
      { method: 'POST', body },
    );
    expect(response.status).toBe(413);
    expect(JSON.parse(response.body)).toMatchObject({ error: { code: 'BODY_TOO_LARGE' } });
  });

  it('takes only so many at once, and says so', async () => {
    await using busy = await startServer({ JOBS_ROOT: tree.path });
    const statuses = [];
    for (let i = 0; i < 13; i++) {
      statuses.push((await postJson(`${busy.url}/jobs`, { folder: 'numbers', pace: 2000 })).status);
    }
    expect(statuses).toEqual([...Array(12).fill(201), 429]);
    using follower = followEvents(`${busy.url}/jobs`);
    await follower.until(() => follower.events.length === 12);
    const counts = (status: string) => follower.events.filter(({ data }) => data.status === status).length;
    expect([counts('running'), counts('queued')]).toEqual([2, 10]);
  });

  it('fails a job whose folder is gone when its turn comes, and lives on', async () => {
    await using busy = await startServer({ JOBS_ROOT: tree.path });
    using follower = followEvents(`${busy.url}/jobs`);
    mkdirSync(join(tree.path, 'short-lived'));
    for (let i = 0; i < 2; i++) await postJson(`${busy.url}/jobs`, { folder: 'numbers', pace: 10 });
    const response = await postJson(`${busy.url}/jobs`, { folder: 'short-lived' });
    const { id, status } = (await response.json()) as { id: string; status: string };
    expect(status).toBe('queued');
    rmdirSync(join(tree.path, 'short-lived'));
    const failed = await follower.when(({ type, data }) => type === 'job.failed' && data.id === id);
    expect(failed.data.reason).toMatch(/ENOENT/);
    expect((await postJson(`${busy.url}/jobs`, { folder: 'numbers', pace: 0 })).status).toBe(201);
  });
});

describe('every route', () => {
  it.each([
    ['GET', '/nothing', 404, undefined],
    ['GET', '/jobs/unknown', 404, undefined],
    ['GET', '/jobs/__proto__', 404, undefined],
    ['GET', '/page/../../server.js', 404, undefined],
    ['DELETE', '/jobs', 405, 'GET, POST'],
    ['PUT', '/jobs/1', 405, 'GET'],
    ['GET', '/cut', 405, 'POST'],
    ['POST', '/', 405, 'GET, HEAD'],
  ])('%s %s: %d as JSON', async (method, path, status, allow) => {
    const response = await fetch(`${server.url}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toBe(allow ?? null);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
  });

  it.each([
    [{ client: 'nobody' }, 404, 'CLIENT_UNKNOWN'],
    [{}, 400, 'INVALID_FIELD'],
    [{ client: 'no spaces' }, 400, 'INVALID_FIELD'],
    [{ client: 1 }, 400, 'INVALID_FIELD'],
  ])('POST /cut %j: %d', async (body, status, code) => {
    const response = await postJson(`${server.url}/cut`, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code, field: 'client' } });
  });

  it('answers only to its own names', async () => {
    const { port } = server;
    const status = async (host: string) => (await rawRequest('/', { host })).status;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect([host, await status(host)]).toEqual([host, 200]);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `localhost:${port + 1}`,
      `localhost.:${port}`,
    ]) {
      expect([host, await status(host)]).toEqual([host, 403]);
    }
    const refused = await rawRequest('/jobs', { host: 'evil.example' }, { method: 'POST' });
    expect(JSON.parse(refused.body)).toMatchObject({ error: { code: 'HOST_REFUSED' } });
  });

  it.each([
    ['/jobs', { origin: 'http://evil.example' }, 403],
    ['/jobs', { origin: 'null' }, 403],
    ['/jobs', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, 403],
    ['/jobs', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, 403],
    ['/jobs', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
    ['/', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 200],
    // A link to this page, on another one.
    ['/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
  ])('GET %s with %j: %d', async (path, headers, status) => {
    const { host } = new URL(server.url);
    expect((await rawRequest(path, { host, ...headers })).status).toBe(status);
  });

  it('takes its own origin, and no other, for POST', async () => {
    const { host } = new URL(server.url);
    const post = (headers: Record<string, string>) =>
      rawRequest(
        '/cut',
        { host, 'content-type': 'application/json', ...headers },
        { method: 'POST', body: '{}' },
      );
    expect((await post({ origin: `http://${host}` })).status).toBe(400);
    expect((await post({ origin: 'http://localhost:1' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(403);
  });
});

describe('GET /', () => {
  it('serves the page and all it needs, with nothing inline and nothing from elsewhere', async () => {
    const page = await fetch(server.url);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) {
      expect(link).toMatch(/^\/[^/]/);
      const asset = await fetch(`${server.url}${link}`);
      expect([link, asset.status, asset.headers.get('x-content-type-options')]).toEqual([
        link,
        200,
        'nosniff',
      ]);
    }
    const head = await fetch(server.url, { method: 'HEAD' });
    expect([head.status, Number(head.headers.get('content-length'))]).toEqual([200, Buffer.byteLength(html)]);
  });
});
