import { type Channel, createChannel, eventStreamHandler } from '@eventwire/server-node';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { type RunningServer, serve } from '../support/listen';
import type { PageUnderTest } from './pages/page';

const names = ['react', 'vue', 'svelte', 'reload', 'shared-worker'];
const scripts = new Map<string, string>();
let browser: Browser;
let context: BrowserContext;
let channel: Channel;
let server: RunningServer;
/** The topic and the Last-Event-ID of each request for a stream. */
let requested: [topic: string | null, lastEventId: string][];

beforeAll(async () => {
  for (const name of names) scripts.set(`/${name}.js`, await bundle(`import '../recipes/pages/${name}';`));
  scripts.set('/worker.js', await bundle(`import '../recipes/shared-worker';`));
  browser = await launchChromium();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  channel = createChannel();
  requested = [];
  const stream = eventStreamHandler(
    (response, request) => {
      const topic = new URL(request.url ?? '', 'http://local').searchParams.get('topic');
      requested.push([topic, response.lastEventId]);
      return channel.subscribe(response, topic === null ? {} : { topics: [topic] });
    },
    { retry: 100 },
  );
  server = await serve((request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/events')) return void stream(request, response);
    const script = scripts.get(url);
    if (script !== undefined) {
      return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    }
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!doctype html><body><script type="module" src="${url}.js"></script>`);
  });
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await server[Symbol.asyncDispose]();
  await channel.close();
});

async function open(name: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.url}/${name}`);
  return page;
}
const show = (page: Page, topic: string | undefined) =>
  page.evaluate((shown) => (globalThis as unknown as { page: PageUnderTest }).page.show(shown), topic);
const followers = (count: number) => expect.poll(() => channel.size, { timeout: 20_000 }).toBe(count);
const shows = (page: Page, text: string) =>
  expect
    .poll(async () => (await page.locator('#events').textContent())?.trim(), { timeout: 20_000 })
    .toBe(text);

describe('in Chromium, the recipe for', () => {
  it.each(['react', 'vue', 'svelte'])(
    '%s has one connection while it is shown, and none after',
    async (name) => {
      const page = await open(name);
      await show(page, 'a');
      // In strict mode React mounts twice: what stays is the second connection, and that alone.
      if (name !== 'svelte') {
        await page.locator('#events[data-state=open]').waitFor({ state: 'attached' });
        if (name === 'react') expect(await page.evaluate('globalThis.mounts')).toBe(2);
      }
      await followers(1);
      await channel.publish('one', { topic: 'a' });
      await shows(page, 'one');
      await channel.publish('two', { topic: 'a' });
      await shows(page, 'one two');

      await show(page, 'b');
      // Only the new stream's events arrive, so the old one is gone.
      await expect.poll(() => requested.at(-1)?.[0]).toBe('b');
      await followers(1);
      await channel.publish('not shown', { topic: 'a' });
      await channel.publish('three', { topic: 'b' });
      await shows(page, name === 'svelte' ? 'three' : 'one two three');

      await show(page, undefined);
      await followers(0);
    },
  );

  it('a reload goes on with the state and the id that belongs to it', async () => {
    const page = await open('reload');
    await followers(1);
    const id = await channel.publish('one', { topic: 'a' });
    await shows(page, 'one');
    await page.goto('about:blank');
    await followers(0);
    await channel.publish('two', { topic: 'a' });
    await page.goto(`${server.url}/reload`);
    await shows(page, 'one two');
    expect(requested).toEqual([
      ['a', ''],
      ['a', id],
    ]);
  });

  it('a shared worker has one connection for all pages, and none without', async () => {
    const pages = [await open('shared-worker'), await open('shared-worker')];
    await followers(1);
    // Joining is a message, so that the second page may come after the first event.
    await expect
      .poll(async () => {
        await channel.publish('x');
        return Promise.all(pages.map(async (page) => (await page.locator('#events').textContent()) !== ''));
      })
      .toEqual([true, true]);
    expect(requested).toHaveLength(1);
    await pages[0]?.close({ runBeforeUnload: false });
    await channel.publish('last');
    await expect.poll(() => pages[1]?.locator('#events').textContent()).toMatch(/last $/);
    await pages[1]?.goto('about:blank');
    await followers(0);
  });
});
