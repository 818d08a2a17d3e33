import {
  createChannel,
  createMemoryLog,
  type EventInput,
  type EventStreamInit,
  eventStreamHandler,
} from '@eventwire/server-node';
import { expect } from 'vitest';
import { createCuttingProxy } from '../support/cutting-proxy';
import { serve } from '../support/listen';
import { runSeed, seededRandom } from '../support/random';
import type { Reader } from './event-sources';

const COUNT = 150;
/** Browsers wait for at least half a second before each. */
const CUTS = 3;
/** Every UTF-8 length, and more than one line. */
const payload = (n: number) => `${n} é 漢字 😀\n${'·'.repeat(n % 97)}`;

export interface CutChannelOptions {
  readonly init?: EventStreamInit;
  /** The event that carries a text; default: the text is its data. */
  readonly event?: (text: string) => EventInput;
  /** Waits until the reader has its first event. No connection is cut before. Default: does not wait. */
  readonly hasBegun?: () => Promise<unknown>;
}

/**
 * What a reader reads of a channel over connections cut at random bytes, while events are published; and
 * what was published.
 */
export async function followCutChannel(
  read: Reader,
  { init, event = (text) => text, hasBegun }: CutChannelOptions = {},
) {
  const random = seededRandom(runSeed);
  const channel = createChannel({ log: createMemoryLog() });
  const asked: string[] = [];
  await using origin = await serve((request, response) => {
    if (!request.url?.startsWith('/stream'))
      return void response.writeHead(200, { 'content-type': 'text/html' }).end();
    void eventStreamHandler(
      (stream) => {
        if (request.method !== 'OPTIONS') asked.push(stream.lastEventId);
        return channel.subscribe(stream);
      },
      { retry: 10, cors: { origins: '*' }, ...init },
    )(request, response);
  });
  // Behind the head and the first event with an id, so that every client has an id to come back with.
  await using proxy = await createCuttingProxy(origin.port, () => 900 + Math.floor(random() * 4000));
  proxy.isCutting = hasBegun === undefined;

  const reading = read(`${proxy.url}/stream`);
  const published: { data: string; lastEventId: string }[] = [];
  const publish = async (data: string) => {
    published.push({ data, lastEventId: await channel.publish(event(data)) });
  };
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
  while (channel.size === 0) await turn();
  if (hasBegun) {
    await publish('first');
    await hasBegun();
    proxy.isCutting = true;
  }
  // Also while nobody is there.
  for (let n = 0; n < COUNT || proxy.cuts.length < CUTS; n++) {
    await publish(payload(n));
    await turn();
    if (proxy.cuts.length >= CUTS) proxy.isCutting = false;
  }
  await publish('last');
  const events = await reading;
  await channel.close();
  return { read: events, published, asked, cuts: proxy.cuts.length, tails: proxy.tails };
}

export type Following = Awaited<ReturnType<typeof followCutChannel>>;

/**
 * What a client reads that counts an event as received at its id line: all, but that a cut directly behind
 * that line may lose the event.
 */
export function withoutCutIds({ published, tails }: Following, read: readonly string[]): string[] {
  const inDanger = tails.map((tail) => /\nid: (.+)\n$/.exec(tail)?.[1]);
  return published
    .filter(({ data, lastEventId }) => read.includes(data) || !inDanger.includes(lastEventId))
    .map(({ data }) => data);
}

export function expectResumed({ asked, cuts }: Following): void {
  expect(cuts).toBeGreaterThanOrEqual(CUTS);
  expect(asked.length).toBeGreaterThan(cuts);
  expect(asked.slice(1)).not.toContain('');
}
