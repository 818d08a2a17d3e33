import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'tsup';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectOptions, connect, type EventStream } from '../src/index';
import { open, serve, until } from './helpers/server';

const ticking = () =>
  serve((_req, res) => {
    open(res).write('data: 1\n\n');
    const timer = setInterval(() => res.write('data: more\n\n'), 5);
    res.once('close', () => clearInterval(timer));
  });

const ways: [string, (stream: EventStream, controller: AbortController) => unknown][] = [
  [
    'break',
    async (stream) => {
      for await (const _ of stream) break;
    },
  ],
  [
    'throw',
    async (stream) => {
      try {
        for await (const _ of stream) throw new Error('left');
      } catch {}
    },
  ],
  [
    'return',
    async (stream) => {
      const it = stream.batches();
      await it.next();
      await it.return?.();
    },
  ],
  ['close', (stream) => stream.close()],
  [
    'close while reading',
    async (stream) => {
      for await (const _ of stream) stream.close();
    },
  ],
  ['abort', (_stream, controller) => controller.abort()],
  [
    'abort while reading',
    async (stream, controller) => {
      for await (const _ of stream) controller.abort();
    },
  ],
  ['await using', (stream) => stream[Symbol.asyncDispose]()],
];

describe('leaving', () => {
  it.each(ways)('%s releases the socket', async (_, leave) => {
    const server = await ticking();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const stream = connect(server.url, { signal: controller.signal });
    await until(() => stream.state === 'open');
    await leave(stream, controller);
    expect(stream.state).toBe('closed');
    expect(await stream.closed).toEqual({ reason: 'closed' });
    await until(() => server.sockets.size === 0, 'the socket to close');
    expect(remove).toHaveBeenCalled();
    expect(server.requests).toHaveLength(1);
  });

  it('by a signal aborted beforehand fetches nothing', async () => {
    const fetch = vi.fn();
    const closed: unknown[] = [];
    const stream: EventStream = connect('http://localhost/', {
      fetch,
      signal: AbortSignal.abort(),
      onClose: (outcome) => closed.push(outcome, stream.state),
    });
    expect(stream.state).toBe('closed');
    for await (const _ of stream) expect.unreachable();
    expect(await stream.closed).toEqual({ reason: 'closed' });
    expect(closed).toEqual([{ reason: 'closed' }, 'closed']);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('before the headers are there', async () => {
    const server = await serve(() => {});
    const stream = connect(server.url);
    await until(() => server.requests.length === 1);
    stream.close();
    await until(() => server.sockets.size === 0, 'the socket to close');
  });

  it.each([200, 404])('cancels the body also where fetch ignores its signal: %i', async (status) => {
    let cancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: () => {
        cancelled = true;
      },
    });
    const headers = { 'content-type': 'text/event-stream' };
    const stream = connect('http://localhost/', {
      fetch: async () => new Response(body, { status, headers }),
    });
    if (status === 200) {
      await until(() => stream.state === 'open');
      stream.close();
    }
    await stream.closed;
    expect(cancelled).toBe(true);
  });

  it('while waiting', async () => {
    const server = await serve((_req, res) => res.writeHead(503).end());
    const controller = new AbortController();
    const stream = connect(server.url, { signal: controller.signal, reconnect: { initialDelay: 60_000 } });
    await until(() => stream.state === 'waiting');
    controller.abort();
    expect(stream.state).toBe('closed');
  });

  it('lets Node exit by itself', { timeout: 30_000 }, async () => {
    // The client as it is published: built, so that plain Node can import it.
    const folder = await mkdtemp(
      join(fileURLToPath(new URL('..', import.meta.url)), 'node_modules', '.leaving-'),
    );
    onTestFinished(() => rm(folder, { recursive: true }));
    await build({
      config: false,
      entry: { client: fileURLToPath(new URL('../src/index.ts', import.meta.url)) },
      esbuildOptions: (options) => {
        options.alias = {
          '@eventwire/parser': fileURLToPath(new URL('../../parser/src/index.ts', import.meta.url)),
        };
      },
      noExternal: [/^@eventwire/],
      format: 'esm',
      outDir: folder,
      outExtension: () => ({ js: '.mjs' }),
      silent: true,
    });
    const server = await serve((req, res, count) => {
      if (req.url?.endsWith('204')) res.writeHead(204).end();
      else if (req.url?.endsWith('404')) res.writeHead(404).end('x'.repeat(100_000));
      else if (req.url?.endsWith('503')) res.writeHead(503).end('later');
      else open(res).write(`data: ${count}\n\n`);
    });
    const script = `
      import { connect } from './client.mjs';
      const url = ${JSON.stringify(server.url)};
      const long = { reconnect: { initialDelay: 60_000 } };
      for await (const _ of connect(url)) break;
      try { for await (const _ of connect(url)) throw 0 } catch {}
      for await (const _ of connect(url + '/204', long)) ;
      try { for await (const _ of connect(url + '/404', long)) ; } catch {}
      const opened = connect(url, { idleTimeout: 60_000, onOpen: () => opened.close() });
      const handled = connect(url, { idleTimeout: 60_000, onEvent: () => handled.close() });
      const waiting = connect(url + '/503', { ...long, onReconnect: () => waiting.close() });
      connect(url).close();
      const controller = new AbortController();
      const aborted = connect(url, { signal: controller.signal, onOpen: () => controller.abort() });
      await Promise.all([opened, handled, waiting, aborted].map((stream) => stream.closed));
      // What would keep the process alive.
      console.log('timers', process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length);
    `;
    await writeFile(join(folder, 'leave.mjs'), script);
    // Fails unless it exits: the shortest timer that could hold it is of 30 s.
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'leave.mjs')], {
      timeout: 25_000,
    });
    expect(stdout).toBe('timers 0\n');
  });
});

describe('after close()', () => {
  it('events that nobody has taken are dropped, and the stored id is of what was taken', async () => {
    const server = await serve((_req, res) => {
      open(res).write('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n');
    });
    const options: ConnectOptions = {};
    const stream = connect(server.url, options);
    const data: string[] = [];
    for await (const event of stream) {
      data.push(event.data);
      expect(stream.lastEventId).toBe(event.lastEventId);
      if (event.data === '2') stream.close();
    }
    expect(data).toEqual(['1', '2']);
    expect(stream.lastEventId).toBe('2');
  });
});
