import { setTimeout as sleep } from 'node:timers/promises';
import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import { expect, it, onTestFinished } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { serve } from '../support/listen';

/** Ms that the page is away; in the long form 45,000, after which Chromium might have evicted it. */
const AWAY = Number(process.env.EVENTWIRE_AWAY_MS ?? 3000);

/** A page that follows a channel, whose heartbeat makes the idle timeout 2.5 s, and another page to go to. */
async function openPage() {
  const script = await bundle(`
    import { connect } from '@eventwire/client';
    globalThis.seen = [];
    globalThis.told = [];
    addEventListener('pageshow', ({ persisted }) => void told.push(persisted ? 'restored' : 'loaded'));
    globalThis.stream = connect('/events', {
      onEvent: ({ data }) => void seen.push(data),
      onTrace: ({ type, code }) => void told.push(code ?? type),
    });`);
  const channel = createChannel();
  onTestFinished(() => channel.close());
  const stream = eventStreamHandler((response) => channel.subscribe(response), { heartbeat: 1000 });
  const site = await serve((request, response) => {
    if (request.url === '/events') return void stream(request, response);
    const [type, body] = {
      '/page.js': ['text/javascript', script],
      '/other': ['text/html', '<!doctype html><title>other</title>'],
    }[request.url ?? ''] ?? ['text/html', '<!doctype html><script src="page.js" type="module"></script>'];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  onTestFinished(() => site[Symbol.asyncDispose]());
  const browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(site.url);
  await expect.poll(() => channel.size).toBe(1);
  await page.waitForFunction(`stream.state === 'open'`);
  return { page, channel, site };
}

it('in Chromium, a page that was frozen for longer than the idle timeout goes on at once, on its connection', async () => {
  const { page, channel } = await openPage();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  await sleep(4000); // the idle timeout is 2,500 ms
  await channel.publish('while it was frozen');
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  await page.waitForFunction('seen.length === 1');
  await sleep(1500); // a timeout would have spoken
  expect(await page.evaluate('[stream.state, told.filter((type) => type.includes("TIMEOUT"))]')).toEqual([
    'open',
    [],
  ]);
  expect(channel.size).toBe(1);
});

it('in Chromium, a page in the back/forward cache comes back with all that was published', async () => {
  const { page, channel, site } = await openPage();
  await page.goto(`${site.url}/other`);
  await channel.publish('while it was away');
  await sleep(AWAY);
  await page.goBack({ waitUntil: 'commit' });
  await page.waitForFunction('seen.length === 1');
  expect(await page.evaluate('told.includes("restored")')).toBe(true);
}, 120_000);

it('in Chromium, a connection that was cut meanwhile is noticed within a second of the return', async () => {
  const { page, channel, site } = await openPage();
  await page.goto(`${site.url}/other`);
  site.server.closeAllConnections();
  await channel.publish('while it was away');
  await page.goBack({ waitUntil: 'commit' });
  const began = Date.now();
  await page.waitForFunction(
    `stream.state !== 'open' || told.includes('waiting') || told.includes('NETWORK')`,
  );
  expect(Date.now() - began).toBeLessThan(1500);
  await page.waitForFunction('seen.length === 1');
});
