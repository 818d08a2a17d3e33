import { createParser, type EventStreamMessage } from '@eventwire/parser';
import { oracle, toConformanceCase } from '@eventwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, browserNames, openPage } from '../support/browser-page';
import { bundle } from '../support/bundle';
import { type Departure, departures, departuresIn, readDeparting } from '../support/departures';
import { type RunningServer, serve } from '../support/listen';
import type { NativeEvent } from '../support/native-event-source';
import { conformanceStreams, departingStreams, generatedStreams, type Stream } from '../support/streams';

/** `pnpm test:browsers` sets both. The seed is fixed, so that the same streams are read everywhere. */
const generated = Number(process.env.EVENTWIRE_STREAMS ?? 200);
const seed = Number(process.env.EVENTWIRE_SEED ?? 20_260_101);

const streams: Stream[] = [
  ...conformanceStreams(),
  ...departingStreams(),
  ...generatedStreams(generated, seed),
];
let origin: RunningServer;
const pages = new Map<BrowserName, BrowserPage>();

beforeAll(async () => {
  const script = await bundle(`
    import { readStreams } from './native-event-source';
    globalThis.readStreams = readStreams;`);
  const types = JSON.stringify(streams.map(possibleTypes));
  origin = await serve(({ url = '' }, response) => {
    const answer = (type: string, body: string | Uint8Array) =>
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    const [, number] = /^\/stream\/([0-9]+)$/.exec(url) ?? [];
    const stream = streams[Number(number)];
    if (stream) answer('text/event-stream', stream.bytes);
    else if (url === '/types') answer('application/json', types);
    else if (url === '/page.js') answer('text/javascript', script);
    else answer('text/html', '<!doctype html><script src="page.js" type="module"></script>');
  });
  await Promise.all(browserNames.map(async (name) => pages.set(name, await openPage(name, origin.url))));
});

afterAll(async () => {
  for (const page of pages.values()) await page[Symbol.asyncDispose]();
  await origin?.[Symbol.asyncDispose]();
});

/** The event types that a reader of the stream could make of it, right or wrong: who listens for fewer would not see a wrong one. */
function possibleTypes({ bytes, chunks }: Stream): string[] {
  const text = new TextDecoder().decode(bytes);
  const naive = [...text.split(/[\r\n]/), ...text.split(/[\r\n\0\v\f\u0085\u2028\u2029]/)].flatMap((line) => {
    const [, value] = /event[^:]*:?(.*)$/is.exec(line) ?? [];
    if (value === undefined) return [];
    return [value, value.slice(1), value.trim(), value.replace(/^ /, '').replaceAll('\0', '')];
  });
  const readings = [
    ...browserNames.map((name) => readDeparting(bytes, departures[name])),
    ...[oracle(bytes).events, readWithOurs(chunks)],
  ];
  return [...new Set([...readings.flat().map(({ type }) => type), ...naive])];
}

function readWithOurs(chunks: Uint8Array[]): EventStreamMessage[] {
  const events: EventStreamMessage[] = [];
  const parser = createParser({ onEvent: (event) => void events.push(event) });
  for (const chunk of chunks) parser.feed(chunk);
  parser.end();
  return events;
}

const asNative = ({ type, data, lastEventId }: EventStreamMessage): NativeEvent => ({
  type,
  data,
  lastEventId,
});

/** In parts, each one message from the browser. */
async function readNatively(page: BrowserPage): Promise<NativeEvent[][]> {
  const native: NativeEvent[][] = [];
  for (let first = 0; first < streams.length; first += 250) {
    const end = Math.min(first + 250, streams.length);
    native.push(...JSON.parse(await page.evaluate(`readStreams(${first}, ${end})`)));
  }
  return native;
}

/** The known departures by which the browser reads `seen` where we, and the Standard, read `ours`; undefined if it is not that. */
function explanation(
  browser: BrowserName,
  bytes: Uint8Array,
  seen: NativeEvent[] | undefined,
  ours: NativeEvent[],
): Departure[] | undefined {
  if (!isEqual(readDeparting(bytes, []), ours)) return undefined;
  const shown = departuresIn(bytes, browser);
  // A newer version of the browser may have lost some of them.
  return subsets(shown).find((some) => isEqual(seen, readDeparting(bytes, some)));
}

describe(`${streams.length} streams (seed ${seed})`, { timeout: 600_000 }, () => {
  it.each(browserNames)(
    'read in %s as with our parser, but for what docs/conformance.md explains',
    async (name) => {
      const page = pages.get(name);
      if (page === undefined) throw new Error(`${name} has not started`);
      const native = await readNatively(page);
      const explained = new Map<Departure, number>();
      const failures: string[] = [];
      streams.forEach(({ name: stream, bytes, chunks }, index) => {
        const seen = native[index];
        const ours = readWithOurs(chunks).map(asNative);
        if (isEqual(seen, ours)) return;
        const reasons = explanation(name, bytes, seen, ours);
        for (const reason of reasons ?? []) explained.set(reason, (explained.get(reason) ?? 0) + 1);
        if (reasons) return;
        failures.push(
          [
            `${stream}: ${name} reads ${JSON.stringify(seen)},`,
            `we read ${JSON.stringify(ours)} in chunks of ${chunks.map(({ length }) => length).join(', ')}.`,
            `As a case for conformance/parse.json: ${toConformanceCase(bytes)}`,
          ].join('\n'),
        );
      });
      const events = native.reduce((sum, { length }) => sum + length, 0);
      console.log(
        `${name} ${page.version}: ${streams.length} streams with ${events} events;`,
        `${failures.length} read otherwise without an explanation; explained:`,
        JSON.stringify(Object.fromEntries(explained)),
      );
      expect(failures.length, failures.slice(0, 5).join('\n')).toBe(0);
      // Streams that say nothing prove nothing.
      expect(events).toBeGreaterThan(streams.length / 2);
      // A departure that no stream shows any more should go.
      if (streams.length > 1000) {
        expect([...explained.keys()].sort()).toEqual([...departures[name]].sort());
      }
    },
  );
});

function isEqual(seen: NativeEvent[] | undefined, events: NativeEvent[]): boolean {
  return JSON.stringify(seen) === JSON.stringify(events);
}

/** Every choice of some of these, but for none. */
function subsets<T>(of: T[]): T[][] {
  const count = 2 ** of.length;
  return Array.from({ length: count - 1 }, (_, choice) => of.filter((_, bit) => ((choice + 1) >> bit) & 1));
}
