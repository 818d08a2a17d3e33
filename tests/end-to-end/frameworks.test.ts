import { randomBytes } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { createChannel } from '@eventwire/server-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expressAlone, expressCompressing, expressWithCompression } from '../support/frameworks/express';
import { fastifyApp } from '../support/frameworks/fastify';
import { koaApp } from '../support/frameworks/koa';
import { nestApp } from '../support/frameworks/nest';
import { nodeHttp } from '../support/frameworks/node-http';
import type { RunningApp, StreamRoute } from '../support/frameworks/route';
import { openStream } from '../support/open-stream';
import { pacedWords } from '../support/paced-words';

const frameworks = [
  { name: 'node:http', start: nodeHttp },
  { name: 'Express 5', start: expressAlone },
  { name: 'Express 5 behind compression', start: expressWithCompression },
  { name: 'Express 5 compressing the stream', start: expressCompressing, compressed: true },
  { name: 'Fastify 5', start: fastifyApp },
  { name: 'Koa 3', start: koaApp },
  { name: 'NestJS 11', start: nestApp },
];

const origin = 'https://app.example';
const announcement = ': eventwire heartbeat=15000\n';

describe.each(frameworks)('an event stream from $name', ({ start, compressed = false }) => {
  const errors: unknown[] = [];
  const channel = createChannel();
  const { seen, next: nextWord, say } = pacedWords();

  const init = { onError: (error: unknown) => errors.push(error) };
  const routes: StreamRoute[] = [
    {
      path: '/answer',
      init,
      callback: (stream, body) => say((body as { prompt: string }).prompt.split(' '), stream.signal),
    },
    {
      path: '/endless',
      init,
      async *callback() {
        try {
          for (;;) {
            yield randomBytes(7500).toString('base64');
            seen.given++;
          }
        } finally {
          seen.left++;
        }
      },
    },
    {
      path: '/broken',
      init,
      async *callback() {
        yield 'one';
        throw new Error('secret');
      },
    },
    {
      path: '/channel',
      init: { ...init, cors: { origins: [origin] }, accept: 'require' },
      callback: (stream) => channel.subscribe(stream),
    },
  ];

  let app: RunningApp;
  beforeAll(async () => {
    app = await start(routes);
  });
  afterAll(async () => {
    await channel.close();
    await app?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    errors.length = 0;
    seen.given = 0;
    seen.left = 0;
    // Frameworks complain there, for instance of a second answer to one request.
    const complaints = vi.spyOn(console, 'error');
    return () => {
      const { calls } = complaints.mock;
      complaints.mockRestore();
      expect(calls).toEqual([]);
    };
  });

  const ask = (prompt: string) =>
    openStream(`${app.url}/answer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt }),
    });

  it('answers a POST with the words as they come', async () => {
    const client = await ask('to be or not');
    expect(client.response.status).toBe(200);
    expect(client.response.headers.get('content-type')).toBe('text/event-stream');
    expect(client.response.headers.get('x-before')).toBe('kept');
    expect(client.response.headers.get('content-encoding')).toBe(compressed ? 'gzip' : null);
    for (const word of ['to', 'be', 'or', 'not']) {
      // It is here before the next has been made.
      await client.until(`data: ${word}\n\n`);
      nextWord();
    }
    expect(await client.ended).toBe('whole');
    expect(client.text).toBe('data: to\n\ndata: be\n\ndata: or\n\ndata: not\n\n');
    expect([seen, errors]).toEqual([{ given: 4, left: 1 }, []]);
  });

  it('notices a client that leaves in the middle of the response to a POST', async () => {
    const client = await ask('to be or not');
    await client.until('data: to\n\n');
    client.leave();
    await vi.waitUntil(() => seen.left === 1);
    expect([seen.given, errors]).toEqual([1, []]);
  });

  it('keeps the generator waiting while nobody reads', async () => {
    const socket = connectSocket(Number(new URL(app.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET /endless HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n');
    await vi.waitUntil(() => seen.given > 0);
    let last = -1;
    while (last !== seen.given) {
      last = seen.given;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    // What the sockets hold.
    expect(last * 10_000).toBeLessThan(20_000_000);
    socket.destroy();
    await vi.waitUntil(() => seen.left === 1);
    expect(errors).toEqual([]);
  });

  it('reports what a generator throws, closes, and tells the client nothing of it', async () => {
    const client = await openStream(`${app.url}/broken`);
    expect(await client.ended).toBe('whole');
    expect(client.text).toBe(`${announcement}data: one\n\n`);
    expect(errors).toMatchObject([{ message: 'secret' }]);
  });

  it('has a head without a body for HEAD', async () => {
    const client = await openStream(`${app.url}/broken`, { method: 'HEAD' });
    expect(client.response.headers.get('content-type')).toBe('text/event-stream');
    expect(await client.ended).toBe('whole');
    expect([client.text, errors]).toEqual(['', []]);
  });

  it('carries a channel over a cut, to another origin', async () => {
    const headers = { origin, accept: 'text/event-stream' };
    const first = await openStream(`${app.url}/channel`, { headers });
    expect(first.response.headers.get('access-control-allow-origin')).toBe(origin);
    await vi.waitUntil(() => channel.size === 1);
    const id = await channel.publish('one');
    await first.until(`data: one\nid: ${id}\n\n`);
    first.leave();
    await vi.waitUntil(() => channel.size === 0);
    const missed = await channel.publish('two');
    const second = await openStream(`${app.url}/channel`, { headers: { ...headers, 'Last-Event-ID': id } });
    expect(await second.until(`id: ${missed}\n\n`)).toBe(`${announcement}data: two\nid: ${missed}\n\n`);
  });

  it('answers a preflight', async () => {
    const { response } = await openStream(`${app.url}/channel`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('access-control-allow-headers')).toContain('Last-Event-ID');
  });

  it('answers 406 to a client that accepts no event stream', async () => {
    const client = await openStream(`${app.url}/channel`, { headers: { accept: 'text/html' } });
    expect(await client.ended).toBe('whole');
    expect([client.response.status, client.text]).toEqual([
      406,
      'This is an event stream: ask for it with Accept: text/event-stream\n',
    ]);
  });

  it('leaves the other routes as they are', async () => {
    expect(await (await fetch(`${app.url}/plain`)).text()).toBe('plain');
  });
});
