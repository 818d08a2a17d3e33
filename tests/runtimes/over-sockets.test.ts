import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { serve } from '../support/listen';
import { allRuntimes, installedRuntimes } from './runtimes';
import type { Ended } from './script/over-sockets';

// Not workerd's test command, which has no network; browsers have a test of their own (browser/redirects-in-browsers).
const runtimes = (process.env.EVENTWIRE_RUNTIMES === 'all' ? allRuntimes : installedRuntimes).filter(
  ({ name }) => /^(Node|Bun|Deno)/.test(name),
);
const watched = ['authorization', 'x-mine', 'last-event-id'];

it.each(runtimes)(
  'connect() by the own fetch of $name, over sockets',
  { timeout: 120_000 },
  async ({ run }) => {
    const requests: unknown[] = [];
    const held = new Set<Socket>();
    const see = async (request: IncomingMessage) => {
      const headers = watched.map((name) => request.headers[name] ?? '');
      const bytes = headers.map((value) => Buffer.from(String(value), 'latin1').toString());
      requests.push([request.method, request.url, await text(request), ...bytes]);
    };
    const open = (response: ServerResponse, headers = {}) =>
      response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });

    await using other = await serve(async (request, response) => {
      await see(request);
      // An id whose bytes the client has to send as they came.
      open(response).end('id: ü\ndata: there\n\n');
    });
    await using site = await serve(async (request, response) => {
      await see(request);
      if (request.url === '/redirected' && requests.length === 1) {
        response.writeHead(307, { location: `${other.url}/there` }).end();
      } else if (request.url === '/redirected') {
        open(response).end(': eventwire\n\ndata: back\n\nevent: eventwire:end\ndata: {}\n\n');
      } else if (request.url === '/compressed') {
        const gzip = createGzip();
        gzip.pipe(open(response, { 'content-encoding': 'gzip' }));
        gzip.write('data: zipped\n\n');
        gzip.flush();
      } else if (request.url === '/refused') {
        request.socket.destroy();
      } else {
        held.add(request.socket);
        request.socket.once('close', () => held.delete(request.socket));
        open(response).write('data: 1\n\n');
      }
    });

    const script = await bundle(`
    import { overSockets } from '../runtimes/script/over-sockets';
    export const run = () => overSockets(${JSON.stringify(site.url)});`);
    const { report } = await run<Ended[]>(script);
    expect(report).toEqual([
      { data: ['there', 'back'], reason: 'ended' },
      { data: ['1'], reason: 'closed' },
      { data: ['zipped'], reason: 'closed' },
      { data: ['1', '1'], reason: 'exhausted', code: 'IDLE_TIMEOUT' },
      { data: [], reason: 'failed', code: 'NETWORK' },
    ]);
    const get = (path: string) => ['GET', path, '', '', '', ''];
    expect(requests).toEqual([
      ['POST', '/redirected', '{}', 'secret', '1', 'ä'],
      ['POST', '/there', '', '', '', ''], // to another origin nothing goes along
      ['POST', '/redirected', '{}', 'secret', '1', 'ü'],
      ...['/held', '/compressed', '/silent', '/silent', '/refused'].map(get),
    ]);
    await expect.poll(() => held.size).toBe(0);
  },
);
