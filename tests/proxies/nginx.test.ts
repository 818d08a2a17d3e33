import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import { streamEvents } from '@eventwire/server-web';
import { serve as serveHono } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { serve } from '../support/listen';
import { type Nginx, type NginxOptions, startNginx } from '../support/nginx';
import { openStream } from '../support/open-stream';
import { pacedWords } from '../support/paced-words';
import { findProgram } from '../support/program';

interface Origin extends AsyncDisposable {
  readonly url: string;
}

const announcement = ': eventwire heartbeat=15000\n';
const words = ['to', 'be', 'or', 'not'];

const channel = createChannel({ maxSubscribers: 1 });
const spoken = pacedWords();

async function serveOnNode(): Promise<Origin> {
  const speakers = eventStreamHandler(({ signal }, { body }) => spoken.say(body ?? words, signal));
  const quiet = (heartbeat: number | false) =>
    eventStreamHandler(
      ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
      { heartbeat },
    );
  const follow = eventStreamHandler((stream) => channel.subscribe(stream));
  return serve(async (req, res) => {
    if (req.url === '/channel') return void follow(req, res);
    if (req.url === '/quiet') return void quiet(300)(req, res);
    if (req.url === '/silent') return void quiet(false)(req, res);
    const body = req.method === 'POST' ? await json(req) : undefined;
    await speakers(Object.assign(req, { body }), res);
  });
}

/** The same by server-web, in Hono. */
async function serveOnHono(): Promise<Origin> {
  const app = new Hono();
  app.get('/channel', ({ req }) => streamEvents(req.raw, (stream) => channel.subscribe(stream)));
  app.get('/words', ({ req }) => streamEvents(req.raw, ({ signal }) => spoken.say(words, signal)));
  app.post('/words', async ({ req }) => {
    const said = await req.json();
    return streamEvents(req.raw, ({ signal }) => spoken.say(said, signal));
  });
  const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

let origin: Origin;
let webOrigin: Origin;
beforeAll(async () => {
  [origin, webOrigin] = await Promise.all([serveOnNode(), serveOnHono()]);
});
afterAll(async () => {
  await origin[Symbol.asyncDispose]();
  await webOrigin[Symbol.asyncDispose]();
});
beforeEach(() => {
  spoken.seen.left = 0;
});

const ways: { name: string; options: NginxOptions; coding?: string; of?: () => Origin }[] = [
  { name: 'as it proxies by default', options: {} },
  { name: 'as it proxies by default, before server-web', options: {}, of: () => webOrigin },
  {
    name: 'over HTTP/1.1 to the origin',
    options: { directives: ['proxy_http_version 1.1', 'proxy_set_header Connection ""'] },
  },
  {
    name: 'that compresses event streams',
    coding: 'gzip',
    options: {
      directives: ['gzip on', 'gzip_types text/event-stream', 'gzip_proxied any', 'gzip_min_length 0'],
    },
  },
];

describe.each(ways)('behind an nginx $name', ({ options, coding = null, of = () => origin }) => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startNginx(of().url, options);
  });
  afterAll(() => nginx?.[Symbol.asyncDispose]());

  it('each event arrives before the next is made, and every byte as it was sent', async () => {
    const client = await openStream(`${nginx.url}/words`);
    expect(client.response.headers.get('content-encoding')).toBe(coding);
    for (const word of words) {
      await client.until(`data: ${word}\n\n`);
      spoken.next();
    }
    expect(await client.ended).toBe('whole');
    const blocks = words.map((word) => `data: ${word}\n\n`);
    expect(client.text).toBe(`${announcement}${blocks.join('')}event: eventwire:end\ndata: {}\n\n`);
  });

  it('a client that leaves in the middle of the response to a POST is noticed', async () => {
    const client = await openStream(`${nginx.url}/words`, {
      method: 'POST',
      body: JSON.stringify(['question', 'answer']),
    });
    await client.until('data: question\n\n');
    client.leave();
    await vi.waitUntil(() => spoken.seen.left === 1, 10_000);
  });

  it('a channel is resumed, and one that is full says so', async () => {
    const first = await openStream(`${nginx.url}/channel`);
    await vi.waitUntil(() => channel.size === 1);
    const { status, headers } = await fetch(`${nginx.url}/channel`);
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    const id = await channel.publish('one');
    await first.until(`data: one\nid: ${id}\n\n`);
    first.leave();
    await vi.waitUntil(() => channel.size === 0, 10_000);
    const missed = await channel.publish('two');
    const second = await openStream(`${nginx.url}/channel`, { headers: { 'Last-Event-ID': id } });
    expect(await second.until(`id: ${missed}\n\n`)).toBe(`${announcement}data: two\nid: ${missed}\n\n`);
    second.leave();
    await vi.waitUntil(() => channel.size === 0, 10_000);
  });
});

describe('an nginx that gives up on an origin that is silent for a second', () => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startNginx(origin.url, { directives: ['proxy_read_timeout 1s'] });
  });
  afterAll(() => nginx?.[Symbol.asyncDispose]());

  it('keeps a stream whose heartbeat is faster', async () => {
    const silent = await openStream(`${nginx.url}/silent`);
    const quiet = await openStream(`${nginx.url}/quiet`);
    await silent.ended;
    // More than the patience that has just run out for the other.
    const { length } = quiet.text;
    await vi.waitUntil(() => quiet.text.length >= length + 8 * ':\n'.length, 20_000);
    expect(quiet.text.replaceAll(/^:\n/gm, '')).toBe(': eventwire heartbeat=300\n');
  });
});

it('an nginx that speaks HTTP/2 with the client passes each event on, and notices a stream that is reset', async () => {
  await using nginx = await startNginx(origin.url, { listen: 'http2' });
  const session = connectHttp2(nginx.url);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':path': '/words' });
  stream.on('error', () => {});
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await vi.waitUntil(() => text.endsWith('data: to\n\n'), 10_000);
  spoken.next();
  await vi.waitUntil(() => text.endsWith('data: be\n\n'), 10_000);
  stream.close(8);
  await vi.waitUntil(() => spoken.seen.left === 1, 10_000);
  expect(session.closed).toBe(false);
});

it('curl prints each event as it comes, behind an nginx as it is by default', async () => {
  await using nginx = await startNginx(origin.url);
  const curl = spawn(findProgram('curl'), ['-sSN', `${nginx.url}/words`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(curl, 'close');
  let text = '';
  curl.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  for (const word of words) {
    await vi.waitUntil(() => text.endsWith(`data: ${word}\n\n`), 10_000);
    spoken.next();
  }
  expect(await exited).toEqual([0, null]);
  expect(text).toContain('event: eventwire:end\n');
});
