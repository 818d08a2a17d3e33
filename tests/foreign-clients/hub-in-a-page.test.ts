import type { EventSourceMessage } from '@microsoft/fetch-event-source';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub } from '../../packages/hub/test/helpers/hubs';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { type RunningServer, serve } from '../support/listen';

declare const read: (
  url: string,
  method: string,
) => Promise<{ events: EventSourceMessage[]; errors: string[] }>;

describe('a page of another origin, in Chromium,', () => {
  let browser: Browser;
  let site: RunningServer;
  let page: Page;
  beforeAll(async () => {
    const script = await bundle(`import '../foreign-clients/fetch-event-source-page';`);
    site = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
    );
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(site.url);
    await page.addScriptTag({ content: script, type: 'module' });
    await page.waitForFunction('globalThis.read');
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });
  const open = () => {
    const cors = { origins: [new URL(site.url).origin] };
    return startHub({ cors, subscriptions: true, stream: { heartbeat: 50 } }, 'node');
  };

  it('gets just the published messages by fetch-event-source, over three heartbeats', async () => {
    const { hub, url, subscribe } = await open();
    const reading = page.evaluate(([target = '']) => read(target, 'GET'), [`${url}?match=a`]);
    await expect.poll(() => hub.channel.size).toBe(1);
    const id = await hub.publish({ topics: 'a', data: 'first', type: 'news' });
    // Its heartbeats are those of the page.
    const beside = await subscribe('?match=b');
    await expect.poll(() => beside.text.match(/^:\n/gm)?.length ?? 0).toBeGreaterThan(3);
    const last = await hub.publish({ topics: 'a', data: 'last' });
    const { events, errors } = await reading;
    expect(errors).toEqual([]);
    expect(events.map(({ id, event, data }) => ({ id, event, data }))).toEqual([
      { id, event: 'news', data: 'first' },
      { id: last, event: '', data: 'last' },
    ]);
  });

  it('reads Link and Mercure-Last-Event-ID', async () => {
    const { hub, url, token } = await open();
    const id = await hub.publish({ topics: 'a', data: 'before' });
    const header = (name: string, query: string, headers: Record<string, string> = {}) =>
      page.evaluate(
        async ([name, target, headers]) => {
          const response = await fetch(target, { headers });
          await response.body?.cancel();
          return response.headers.get(name);
        },
        [name, `${url}${query}`, headers] as const,
      );
    const query = `?match=a&last_event_id=${encodeURIComponent(id)}`;
    expect(await header('mercure-last-event-id', query)).toBe(id);
    const headers = { authorization: `Bearer ${await token()}` };
    expect(await header('link', '/subscriptions', headers)).toContain(`<${url}>; rel="mercure"`);
  });
});
