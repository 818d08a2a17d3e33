import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import type { CDPSession, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { serve } from '../support/listen';
import { attackInRounds, attackTimeout } from './rounds';

/** What the page has seen of its stream. */
interface Seen {
  data: string[];
  gaps: number;
  state: string;
  /** The most fetches that were under way at once. */
  most: number;
  live: number;
  errors: string[];
}

const script = `
  import { connect } from '@eventwire/client';
  addEventListener('pagehide', () => { globalThis.persisted = undefined; });
  addEventListener('pageshow', ({ persisted }) => { globalThis.persisted = persisted; });
  const seen = { data: [], gaps: 0, most: 0, live: 0, errors: [] };
  const live = new Set();
  const count = () => { seen.live = live.size; seen.most = Math.max(seen.most, live.size); };
  addEventListener('error', ({ message }) => seen.errors.push(message));
  addEventListener('unhandledrejection', ({ reason }) => seen.errors.push(String(reason)));
  globalThis.begin = (visibility) => {
    globalThis.stream = connect('/events', {
      visibility,
      reconnect: { initialDelay: 20, maxDelay: 50, minDelay: 10 },
      onEvent: ({ data }) => void seen.data.push(data),
      onGap: () => void seen.gaps++,
      fetch: (url, init) => {
        live.add(init.signal);
        init.signal.addEventListener('abort', () => { live.delete(init.signal); count(); });
        count();
        return fetch(url, init);
      },
    });
  };
  globalThis.report = () => JSON.stringify({ ...seen, state: stream.state });`;

const report = async (page: Page): Promise<Seen> => JSON.parse(await page.evaluate('report()'));

/** A page that is cut before it has an id begins anew, behind what was published meanwhile. */
const hasPlace = (page: Page) =>
  page.waitForFunction(`stream.state === 'open' && stream.lastEventId !== ''`, undefined, {
    timeout: 20_000,
  });

/** What can happen to a page, by name. */
const happenings: Record<string, (page: Page, devtools: CDPSession, cut: () => void) => Promise<unknown>> = {
  hide: (page) => setVisibility(page, 'hidden'),
  show: (page) => setVisibility(page, 'visible'),
  offline: (page) => page.context().setOffline(true),
  online: (page) => page.context().setOffline(false),
  cut: async (_page, _devtools, cut) => cut(),
  'cut offline': async (page, _devtools, cut) => {
    await page.context().setOffline(true);
    cut();
    await page.context().setOffline(false);
  },
  freeze: async (page, devtools) => {
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await page.evaluate('1');
  },
  'freeze and cut': async (_page, devtools, cut) => {
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    cut();
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  },
  leave: async (page) => {
    await page.context().setOffline(false);
    // Of the same site: in another one's process the page before is not kept.
    await page.goto(new URL('/elsewhere', page.url()).href);
    // A page that the browser has kept loads nothing.
    await page.goBack({ waitUntil: 'commit' });
    await page.waitForFunction('globalThis.persisted !== undefined');
  },
  reconnect: (page) => page.evaluate('stream.reconnect()'),
};

/** As a browser's tabs do it, which a page without a window cannot be made to do. */
const setVisibility = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${state === 'hidden'} });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' });
    document.dispatchEvent(new Event('visibilitychange'));`);

it(
  'whatever happens to a page in Chromium, no event is lost or comes twice, and nothing is left after close()',
  async () => {
    const text = await bundle(script);
    const channel = createChannel();
    onTestFinished(() => channel.close());
    const events = eventStreamHandler((stream) => channel.subscribe(stream), { retry: 10, heartbeat: 1000 });
    await using site = await serve((request, response) => {
      if (request.url === '/events') return void events(request, response);
      const [type, body] =
        request.url === '/page.js'
          ? ['text/javascript', text]
          : ['text/html', '<!doctype html><script src="page.js" type="module"></script>'];
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    // Playwright turns it off by itself.
    const browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    onTestFinished(() => browser.close());
    let published = 0;
    let kept = 0;

    const rounds = await attackInRounds(async (random) => {
      const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        const devtools = await context.newCDPSession(page);
        await page.goto(site.url);
        await page.evaluate(`begin('${pick(['keep', 'pause'])}')`);
        await hasPlace(page);
        let since = published;
        const done: string[] = [];
        for (let step = 0; step < 12; step++) {
          const name = pick(Object.keys(happenings));
          done.push(name);
          const cut = () => site.server.closeAllConnections();
          await happenings[name]?.(page, devtools, cut);
          if (name === 'leave') kept += Number(await page.evaluate('persisted === true'));
          if ((await page.evaluate('typeof stream')) === 'undefined') {
            // Not kept by the browser: a new page, which follows anew.
            since = published;
            await page.evaluate(`begin('keep')`);
            await hasPlace(page);
          }
          if (random() < 0.7) await channel.publish(String(++published));
        }
        await happenings.online?.(page, devtools, () => {});
        await happenings.show?.(page, devtools, () => {});
        await page.waitForFunction(`stream.state === 'open'`, undefined, { timeout: 20_000 });
        await channel.publish(String(++published));
        const expected = Array.from({ length: published - since }, (_, index) => String(since + index + 1));
        await page.waitForFunction(`JSON.parse(report()).data.at(-1) === '${published}'`).catch(() => {});
        const seen = await report(page);
        expect({ ...seen, done }).toEqual({
          ...{ data: expected, gaps: 0, errors: [], state: 'open', most: 1, live: 1, done },
        });
        await page.evaluate('stream.close()');
        expect((await report(page)).live).toBe(0);
        await expect.poll(() => channel.size, { timeout: 10_000 }).toBe(0);
      } finally {
        await context.close();
      }
    });
    console.log(`${rounds} rounds, ${published} events, ${kept} times back from the cache`);
  },
  attackTimeout,
);
