import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { serve } from '../support/listen';
import { runSeed } from '../support/random';
import { expectResumed, followCutChannel, withoutCutIds } from './cut-channel';
import { libraries, openLibraryPage, shownItems } from './pages';

let browser: Browser;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

describe.each(Object.entries(libraries))('a page of %s', (_name, library) => {
  it('shows a finished stream once, and then stops', async () => {
    const requests: (string | undefined)[] = [];
    await using server = await serve((request, response) => {
      requests.push(request.headers['last-event-id'] as string | undefined);
      library.steps(request, response);
    });
    await openLibraryPage(page, library, `${server.url}/steps`);
    await page.waitForFunction(library.stopped);
    expect(await shownItems(page)).toEqual(['Fetched', 'Built', 'Deployed']);
    expect(requests.slice(1)).toEqual(requests.slice(1).map(() => '3'));
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it(`shows each event of a channel once over cut connections (seed ${runSeed})`, async () => {
    const following = await followCutChannel(
      async (url) => {
        await openLibraryPage(page, library, url);
        await page.locator('ul > li', { hasText: 'last' }).waitFor({ state: 'attached' });
        return (await shownItems(page)).map((data) => ({ data, lastEventId: '' }));
      },
      {
        init: { heartbeat: 5 },
        event: (text) => library.append(`<li>${text}</li>`),
        // A browser may lose what it has received of a connection that is reset, and with it the only id.
        hasBegun: () => page.locator('ul > li', { hasText: 'first' }).waitFor({ state: 'attached' }),
      },
    );
    const read = following.read.map(({ data }) => data);
    expect(read).toEqual(withoutCutIds(following, read));
    expectResumed(following);
  });
});
