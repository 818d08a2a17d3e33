import { eventStreamHandler } from '@eventwire/server-node';
import { expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../support/chromium';
import { serve } from '../support/listen';

it('a browser’s EventSource comes back after the end, and after a 204 no more, from another origin', async () => {
  await using site = await serve((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
  });
  const ids: string[] = [];
  const handler = eventStreamHandler(
    (stream) => {
      ids.push(stream.lastEventId);
      if (stream.lastEventId === 'last') return stream.noContent();
      return ['one', { id: 'last', data: 'two' }];
    },
    { retry: 1, cors: { origins: [site.url], credentials: true } },
  );
  await using stream = await serve(handler);

  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(site.url);
  const seen = await page.evaluate(`new Promise((resolve) => {
    const seen = [];
    const source = new EventSource(${JSON.stringify(stream.url)}, { withCredentials: true });
    source.onmessage = ({ data }) => seen.push(data);
    source.onerror = () => {
      seen.push(source.readyState === EventSource.CLOSED ? 'closed' : 'comes back');
      if (source.readyState === EventSource.CLOSED) resolve(seen);
    };
  })`);
  expect(seen).toEqual(['one', 'two', 'comes back', 'closed']);
  expect(ids).toEqual(['', 'last']);
});
