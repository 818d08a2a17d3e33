import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import { expect, it, onTestFinished } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { serve } from '../support/listen';

it('in Chromium, the network’s coming back ends a wait that would last for minutes', async () => {
  const script = await bundle(`
    import { connect } from '@eventwire/client';
    globalThis.seen = [];
    globalThis.traces = [];
    globalThis.stream = connect('/events', {
      reconnect: { initialDelay: 600_000 },
      onEvent: ({ data }) => void seen.push(data),
      onTrace: ({ type }) => void traces.push(type),
    });`);
  const channel = createChannel();
  onTestFinished(() => channel.close());
  const stream = eventStreamHandler((response) => channel.subscribe(response), { retry: 600_000 });
  await using site = await serve((request, response) => {
    if (request.url === '/events') return void stream(request, response);
    const [type, body] =
      request.url === '/page.js'
        ? ['text/javascript', script]
        : ['text/html', '<!doctype html><script src="page.js" type="module"></script>'];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(site.url);
  await expect.poll(() => channel.size).toBe(1);
  await channel.publish('one');
  await page.waitForFunction('seen.length === 1');

  await page.context().setOffline(true);
  site.server.closeAllConnections();
  await page.waitForFunction(`stream.state === 'waiting'`);
  await channel.publish('two');
  await page.context().setOffline(false);
  await page.waitForFunction('seen.length === 2');
  expect(await page.evaluate('[seen, traces.includes("awake")]')).toEqual([['one', 'two'], true]);
});
