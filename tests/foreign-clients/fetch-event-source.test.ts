import type { EventSourceMessage } from '@microsoft/fetch-event-source';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { runSeed } from '../support/random';
import { serveAnswer } from './answer-server';
import { expectResumed, followCutChannel, withoutCutIds } from './cut-channel';

declare const read: (
  url: string,
  method: string,
) => Promise<{ events: EventSourceMessage[]; errors: string[] }>;

describe('@microsoft/fetch-event-source in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let script: string;
  beforeAll(async () => {
    script = await bundle(`import '../foreign-clients/fetch-event-source-page';`);
    browser = await launchChromium();
    page = await browser.newPage();
  });
  afterAll(() => browser?.close());

  const readInPage = async (url: string, method = 'GET') => {
    await page.goto(new URL('/page', url).href);
    await page.addScriptTag({ content: script, type: 'module' });
    await page.waitForFunction('globalThis.read');
    return page.evaluate(([target = '', by = '']) => read(target, by), [url, method]);
  };

  it.each(['POST', 'GET'])('gets just the events of a %s, and no error', async (method) => {
    const sent = Array.from({ length: 20 }, (_, n) => JSON.stringify({ n }));
    await using server = await serveAnswer(sent, { retry: 10 });
    const { events, errors } = await readInPage(`${server.url}/stream`, method);
    expect(events.map(({ data, event }) => [data, event])).toEqual(sent.map((data) => [data, '']));
    expect(errors).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it(`gets a channel's events over cut connections (seed ${runSeed})`, async () => {
    const following = await followCutChannel(
      async (url) => {
        const { events } = await readInPage(url);
        return events.map(({ data, id }) => ({ data, lastEventId: id }));
      },
      {
        init: { conventions: false, heartbeat: 5 },
        // A response that breaks off loses what the page has not read yet, and with it the only id.
        hasBegun: () => page.waitForFunction('globalThis.hasRead'),
      },
    );
    const read = following.read.map(({ data }) => data);
    expect(read).toEqual(withoutCutIds(following, read));
    expectResumed(following);
  });
});
