import type { EventStreamMessage } from '@eventwire/client';
import { type EventInput, eventStreamHandler } from '@eventwire/server-node';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { type RunningServer, serve } from '../support/listen';

type Seen = Pick<EventStreamMessage, 'type' | 'data' | 'lastEventId'>;

/** One of each kind of event that a reader could read differently. */
const events: EventInput[] = [
  'plain',
  '',
  { data: 'one\ntwo\r\nthree\rfour' },
  { data: ['pieces', '', ' of one event'] },
  { type: 'named', id: '1', data: 'é 漢字 😀 \u2028 \u0085 \uFEFF' },
  { comment: 'only a comment\nover two lines' },
  { id: 'ü 2', data: 'non-ASCII id' },
  { type: 'toString', data: '0' },
  { type: '', data: 'empty type' },
  { id: '', data: 'reset id' },
  { retry: 50, data: ': not a comment' },
  { data: `${'long '.repeat(40_000)}end` },
  { id: '0', type: 'named', data: ' leading space' },
];

let browser: Browser;
let page: Page;
let origin: RunningServer;
/** The Last-Event-ID of every request for a stream, by the `reader` parameter that it came with. */
const requests = new Map<string, string[]>();
/** What cuts a reader's first stream, by its `reader` parameter. */
const cuts = new Map<string, () => void>();

beforeAll(async () => {
  browser = await launchChromium();
  const script = await bundle(`
    import { connect } from '@eventwire/client';
    import { EventSource } from '@eventwire/client/eventsource';
    globalThis.connect = connect;
    globalThis.OurEventSource = EventSource;`);
  const stream = eventStreamHandler(async function* (response, request) {
    const reader = new URL(request.url ?? '', 'http://local').searchParams.get('reader') ?? '';
    const before = requests.get(reader) ?? [];
    requests.set(reader, [...before, response.lastEventId]);
    if (before.length === 0) {
      yield* events;
      // Once it was read, since fetch drops what has arrived and not been read when the connection breaks.
      await new Promise<void>((resolve) => cuts.set(reader, resolve));
      // Cut without the end that chunked encoding has: both readers have to come back with the last event ID.
      request.socket.end();
    } else {
      yield { type: 'named', data: 'after the cut' };
      yield { type: 'finish', data: '' };
      // Held open, so that the readers leave by themselves.
      await new Promise((resolve) => response.signal.addEventListener('abort', resolve, { once: true }));
    }
  });
  origin = await serve((request, response) => {
    if (request.url?.startsWith('/stream')) return void stream(request, response);
    if (request.url?.startsWith('/cut?')) {
      cuts.get(request.url.slice('/cut?'.length))?.();
      return void response.writeHead(204).end();
    }
    if (request.url === '/client.js') {
      return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    }
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><script type="module" src="client.js"></script>');
  });
  page = await browser.newPage();
  await page.goto(origin.url);
  await page.waitForFunction('globalThis.connect !== undefined');
});

afterAll(async () => {
  await browser?.close();
  await origin?.[Symbol.asyncDispose]();
});

function readNatively(): Promise<Seen[]> {
  return page.evaluate(
    () =>
      new Promise<Seen[]>((resolve) => {
        const seen: Seen[] = [];
        const source = new EventSource('/stream?reader=native');
        const listen = ({ type, data, lastEventId }: MessageEvent) => {
          seen.push({ type, data, lastEventId });
          if (data === ' leading space') fetch('/cut?native');
          if (type !== 'finish') return;
          source.close();
          resolve(seen);
        };
        for (const type of ['message', 'named', 'toString', 'finish']) source.addEventListener(type, listen);
      }),
  );
}

function readWithOurs(): Promise<Seen[]> {
  return page.evaluate(async () => {
    const { connect } = globalThis as unknown as typeof import('@eventwire/client');
    const seen: Seen[] = [];
    for await (const { type, data, lastEventId } of connect(new URL('/stream?reader=ours', location.href))) {
      seen.push({ type, data, lastEventId });
      if (data === ' leading space') fetch('/cut?ours');
      if (type === 'finish') break;
    }
    return seen;
  });
}

describe('in Chromium', () => {
  it('its own EventSource and our client read the same from our server, over a cut', async () => {
    const [native, ours] = await Promise.all([readNatively(), readWithOurs()]);
    expect(native).toHaveLength(events.length - 1 + 2);
    expect(native[2]).toEqual({ type: 'message', data: 'one\ntwo\nthree\nfour', lastEventId: '' });
    expect(ours).toEqual(native);
    expect(requests.get('native')).toEqual(['', '0']);
    expect(requests.get('ours')).toEqual(['', '0']);
  });

  it('our EventSource dispatches a thousand events of one chunk in order, each behind the microtasks of the one before', async () => {
    const seen = await page.evaluate(async () => {
      const { OurEventSource } = globalThis as unknown as { OurEventSource: typeof EventSource };
      const numbers = Array.from({ length: 1000 }, (_, n) => n);
      const chunk = numbers.map((n) => `data: ${n}\n\n`).join('');
      const fetch = async () => new Response(chunk, { headers: { 'content-type': 'text/event-stream' } });
      const seen: string[] = [];
      for (let stream = 0; stream < 2; stream++) {
        const source = new OurEventSource('/stream', { fetch } as EventSourceInit);
        await new Promise<void>((resolve) => {
          source.onmessage = ({ data }) => {
            seen.push(data);
            const behind = Promise.resolve().then(() => Promise.resolve());
            behind.then(() => seen.push(`behind ${data}`));
          };
          source.onerror = () => resolve();
        });
        source.close();
      }
      return seen;
    });
    const once = Array.from({ length: 1000 }, (_, n) => [`${n}`, `behind ${n}`]).flat();
    expect(seen).toEqual([...once, ...once]);
  });
});
