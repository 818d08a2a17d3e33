import { connect as connectSocket } from 'node:net';
import { connect } from '@eventwire/client';
import { eventStreamHandler } from '@eventwire/server-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type RunningServer, serve } from '../support/listen';
import { scripts } from '../support/web-app';
import {
  bun,
  deno,
  honoOnBun,
  honoOnNode,
  routeHandlerOnNode,
  type WebServer,
  workers,
} from '../support/web-runtimes';

/** Bun and Deno are not installed with the repository; as in tests/runtimes, this has them fetched. */
const all = process.env.EVENTWIRE_RUNTIMES === 'all';

const runtimes = [
  { name: 'Hono on Node', start: honoOnNode, cuts: true },
  { name: 'a route handler on Node', start: routeHandlerOnNode, cuts: true },
  // It ends a body that has failed as if it were whole.
  { name: 'workerd', start: workers, cuts: false },
  ...(all ? [{ name: 'Bun.serve', start: bun, cuts: true }] : []),
  ...(all ? [{ name: 'Hono on Bun.serve', start: honoOnBun, cuts: true }] : []),
  ...(all ? [{ name: 'Deno.serve', start: deno, cuts: true }] : []),
];

const bytes = (id: string) => Buffer.from(id).toString('latin1');

let node: RunningServer;
beforeAll(async () => {
  node = await serve((req, res) => {
    const script = scripts[decodeURIComponent(new URL(req.url ?? '', 'http://x').pathname.slice(1))];
    if (!script) return void res.writeHead(404).end();
    void eventStreamHandler(script.callback, script.init)(req, res);
  });
});
afterAll(() => node[Symbol.asyncDispose]());

describe.each(runtimes)('streamEvents on $name', ({ start, cuts }) => {
  let server: WebServer;
  beforeAll(async () => {
    server = await start();
  }, 120_000);
  afterAll(() => server?.stop());

  const seen = async () => (await fetch(`${server.url}/seen`)).json() as Promise<Record<string, number>>;
  /** Waits until what the server has seen is so. */
  async function until(is: (seen: Record<string, number>) => boolean): Promise<void> {
    const end = Date.now() + 10_000;
    while (!is(await seen())) {
      if (Date.now() > end) throw new Error(`the server saw ${JSON.stringify(await seen())}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it.each(Object.keys(scripts))('%s: the bytes of server-node', async (name) => {
    const [web, reference] = await Promise.all(
      [server.url, node.url].map(async (url) => {
        const response = await fetch(`${url}/${encodeURIComponent(name)}`, {
          headers: { 'Last-Event-ID': bytes('ключ-é') },
        });
        return { status: response.status, text: await response.text() };
      }),
    );
    expect(reference?.status).toBe(['throws', 'no source'].includes(name) ? 500 : 200);
    expect(web).toEqual(reference);
  });

  it('sends the headers of an event stream', async () => {
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(`${server.url}/array`, { method });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
      expect(response.headers.get('x-accel-buffering')).toBe('no');
      expect(await response.text()).toMatch(method === 'HEAD' ? /^$/ : /^: eventwire heartbeat=15000\n/);
    }
  });

  it.each([
    ['the header as UTF-8', '', { 'Last-Event-ID': bytes('ключ-é-😀') }, '<ключ-é-😀>'],
    ['the header in characters of Latin-1', '', { 'Last-Event-ID': bytes('café') }, '<café>'],
    ['the query', '?lastEventId=%D0%BA%2B', {}, '<к+>'],
  ])('takes the last event ID from %s', async (_name, query, headers, id) => {
    const response = await fetch(`${server.url}/id${query}`, { headers: headers as Record<string, string> });
    expect(await response.text()).toContain(`data: ${id}\n`);
  });

  it('passes each event on at once', async () => {
    const got: string[] = [];
    for await (const { data } of connect(`${server.url}/two`)) {
      got.push(data);
      // Only now is the second made.
      if (data === 'one') await fetch(`${server.url}/next`);
    }
    expect(got).toEqual(['one', 'two']);
  });

  it('serves a channel, whose clients get what they have missed', async () => {
    const publish = async (what: string) => (await fetch(`${server.url}/publish?${what}`)).text();
    const size = async () => (await fetch(`${server.url}/size`)).json();
    const first = connect(`${server.url}/channel`);
    const events = first[Symbol.asyncIterator]();
    while ((await size()) !== 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const id = await publish('a');
    expect((await events.next()).value).toMatchObject({ data: '?a', lastEventId: id });
    first.close();
    while ((await size()) !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const missed = [await publish('b'), await publish('c')];
    const second = connect(`${server.url}/channel`, { lastEventId: id });
    const ids: string[] = [];
    for await (const event of second) {
      ids.push(event.lastEventId);
      if (ids.length === 2) break;
    }
    expect(ids).toEqual(missed);
  });

  it('notices a client that leaves', async () => {
    const before = await seen();
    const leaving = new AbortController();
    const { body } = await fetch(`${server.url}/wait`, { signal: leaving.signal });
    await body?.getReader().read();
    leaving.abort();
    await until(({ left = 0, closed = 0 }) => left > (before.left ?? 0) && closed > (before.closed ?? 0));
  });

  it('keeps a generator waiting while its client reads nothing', async () => {
    const before = await seen();
    const socket = connectSocket(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(({ given = 0 }) => given > (before.given ?? 0));
    let last = -1;
    for (;;) {
      const { given = 0 } = await seen();
      if (given === last) break;
      last = given;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    // What the sockets and the runtime hold.
    expect((last - (before.given ?? 0)) * 10_000).toBeLessThan(20_000_000);
    socket.destroy();
    await until(({ left = 0 }) => left > (before.left ?? 0));
  });

  it('writes nothing more after half a block, and breaks the connection off where the runtime can', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {}); // Hono's, of the failed body
    onTestFinished(() => complaints.mockRestore());
    const response = await fetch(`${server.url}/half`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const outcome = (async () => {
      for (;;) {
        const { done, value = '' } = (await reader?.read()) ?? { done: true };
        if (done) return 'ended';
        text += value;
      }
    })().catch(() => 'cut');
    expect(await outcome).toBe(cuts ? 'cut' : 'ended');
    expect(text).toBe(': eventwire heartbeat=15000\ndata: half\n');
  });
});
