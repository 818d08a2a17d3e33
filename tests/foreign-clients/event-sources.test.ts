import { createChannel, createMemoryLog, eventStreamHandler } from '@eventwire/server-node';
import { describe, expect, it } from 'vitest';
import { type BrowserName, openPage } from '../support/browser-page';
import { createCuttingProxy } from '../support/cutting-proxy';
import { serve } from '../support/listen';
import { runSeed, seededRandom } from '../support/random';
import { curl, eventsource, eventsourceClient, inPage, type Reader, undici, urllib } from './event-sources';

const COUNT = 150;
/** Browsers wait for at least half a second before each. */
const CUTS = 3;
/** Every UTF-8 length, and more than one line. */
const payload = (n: number) => `${n} é 漢字 😀\n${'·'.repeat(n % 97)}`;

/** What a reader reads of a channel over connections cut at random bytes, while events are published; and what was published. */
async function follow(read: Reader) {
  const random = seededRandom(runSeed);
  const channel = createChannel({ log: createMemoryLog() });
  const asked: string[] = [];
  await using origin = await serve((request, response) => {
    if (request.url !== '/stream') return void response.writeHead(200, { 'content-type': 'text/html' }).end();
    void eventStreamHandler(
      (stream) => {
        asked.push(stream.lastEventId);
        return channel.subscribe(stream);
      },
      { retry: 10, cors: { origins: '*' } },
    )(request, response);
  });
  // Behind the head and the first cursor, so that every client has an id to come back with.
  await using proxy = await createCuttingProxy(origin.port, () => 900 + Math.floor(random() * 4000));

  const reading = read(`${proxy.url}/stream`);
  const published: { data: string; lastEventId: string }[] = [];
  const publish = async (data: string) => {
    published.push({ data, lastEventId: await channel.publish(data) });
  };
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
  while (channel.size === 0) await turn();
  // Also while nobody is there.
  for (let n = 0; n < COUNT || proxy.cuts.length < CUTS; n++) {
    await publish(payload(n));
    await turn();
    if (proxy.cuts.length >= CUTS) proxy.stopCutting();
  }
  await publish('last');
  const events = await reading;
  await channel.close();
  return { read: events, published, asked, cuts: proxy.cuts.length };
}

function expectAll({ read, published, asked, cuts }: Awaited<ReturnType<typeof follow>>) {
  expect(read).toEqual(published);
  expect(cuts).toBeGreaterThanOrEqual(CUTS);
  expect(asked.length).toBeGreaterThan(cuts);
  expect(asked.slice(1)).not.toContain('');
}

describe(`foreign clients lose and double nothing over cut connections (seed ${runSeed})`, () => {
  it.each<[string, Reader]>([
    ['curl', curl],
    ["Python's urllib", urllib],
    ['eventsource', eventsource],
    ['eventsource-client', eventsourceClient],
    ["undici's EventSource", undici],
  ])('%s', async (_, read) => expectAll(await follow(read)));

  it.each<BrowserName>(['chromium', 'firefox'])("%s's own EventSource", async (name) => {
    // Of another origin than the stream.
    await using blank = await serve((_, response) => void response.end('<!doctype html>'));
    await using page = await openPage(name, blank.url);
    expectAll(await follow(async (url) => JSON.parse(await page.evaluate(inPage(url)))));
  });
});
