import { connect } from '@eventwire/client';
import { EventSource } from '@eventwire/client/eventsource';
import { createMemoryRunStore, createRuns, type Runs } from '@eventwire/server';
import * as node from '@eventwire/server-node';
import * as web from '@eventwire/server-web';
import { serve as serveWeb } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../support/listen';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

let runs: Runs;
const closing: (() => unknown)[] = [];
const urls: Record<string, string> = {};
/** Handlers that give the subscription, forget to, and are async. */
const ways = ['returned', 'forgotten', 'async'] as const;

beforeAll(async () => {
  runs = createRuns({ store: createMemoryRunStore() });
  const follow = (stream: node.EventStreamResponse | web.EventStreamWriter, path: string) => {
    const [, way, name = ''] = path.split('/');
    if (way === 'async') return (async () => runs.follow(stream, name))();
    const subscription = runs.follow(stream, name);
    return way === 'returned' ? subscription : undefined;
  };
  const handler = node.eventStreamHandler((stream, req) => follow(stream, req.url ?? ''), { retry: 10 });
  const origin = await serve(handler);
  closing.push(() => origin[Symbol.asyncDispose]());
  urls.node = origin.url;
  const fetch = (request: Request) =>
    web.streamEvents(request, (stream) => follow(stream, new URL(request.url).pathname), { retry: 10 });
  const port = await new Promise<number>((resolve) => {
    const server = serveWeb({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port));
    closing.push(() => server.close());
  });
  urls.web = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await runs.close();
  for (const close of closing) await close();
});

describe.each(['node', 'web'])('over server-%s', (server) => {
  describe.each(ways)('with a subscription that is %s', (way) => {
    const name = (what: string) => `${server}-${way}-${what}`;
    const at = (what: string) => `${urls[server]}/${way}/${name(what)}`;

    it('a run is read whole, live and afterwards, and the client knows its end', async () => {
      const { done } = await runs.start(name('whole'), async function* () {
        for (let n = 0; n < 5; n++) {
          yield String(n);
          await sleep(5);
        }
      });
      for (let round = 0; round < 2; round++) {
        const stream = connect(at('whole'));
        const seen: string[] = [];
        for await (const { data } of stream) seen.push(data);
        expect(seen).toEqual(['0', '1', '2', '3', '4']);
        expect(await stream.closed).toMatchObject({ reason: 'ended', outcome: 'done' });
        await done;
      }
    });

    it('a client that has the end gets 204, and one of a run that does not exist 404', async () => {
      const { done } = await runs.start(name('short'), () => ['one']);
      const { lastId } = (await done) as { lastId: string };
      const had = await fetch(at('short'), { headers: { 'last-event-id': lastId } });
      expect(had.status).toBe(204);
      const missing = await fetch(at('missing'));
      expect([missing.status, missing.headers.get('content-type')]).toEqual([
        404,
        expect.stringContaining('text/plain'),
      ]);
      await missing.text();
    });

    it('an EventSource has all of it once, and stays away after the end', async () => {
      await runs.start(name('native'), async function* () {
        yield* ['1', '2'];
        await sleep(20);
        yield '3';
      });
      const source = new EventSource(at('native'));
      const seen: string[] = [];
      source.onmessage = ({ data }) => seen.push(String(data));
      await new Promise<void>((resolve) => {
        source.onerror = () => source.readyState === source.CLOSED && resolve();
      });
      expect(seen).toEqual(['1', '2', '3']);
    });
  });

  it('POST, without conventions, brings the events alone', async () => {
    const { done } = await runs.start(`${server}-post`, () => ['one', 'two']);
    await done;
    const response = await fetch(`${urls[server]}/returned/${server}-post`, { method: 'POST' });
    const text = await response.text();
    expect(text.match(/^data: .*$/gm)).toEqual(['data: one', 'data: two']);
    expect(text).not.toContain('eventwire');
    const foreign = { method: 'POST', headers: { 'last-event-id': 'elsewhere.1' } };
    expect((await fetch(`${urls[server]}/returned/${server}-post`, foreign)).status).toBe(410);
  });
});
