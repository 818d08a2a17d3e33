import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { copySite, type NextSite } from './site';

let browser: Browser;
let site: NextSite;
beforeAll(async () => {
  browser = await launchChromium();
  site = await copySite();
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

async function publish(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text);
  await page.getByRole('button', { name: 'Publish' }).click();
}
const shows = (page: Page, ...texts: string[]) =>
  expect.poll(() => page.locator('li').allTextContents(), { timeout: 60_000 }).toEqual(texts);

/** Opens the page, and waits until its stream has its place in the channel: the first event has an id. */
async function openPage(url: string): Promise<Page> {
  const page = await browser.newPage();
  // The first request makes `next dev` compile the page.
  page.setDefaultTimeout(120_000);
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith('/news')),
    page.goto(url),
  ]);
  expect(response.status()).toBe(200);
  return page;
}

describe('a channel of a Next site', () => {
  it('is one for a route handler and a server action, after next build', async () => {
    await site.build();
    await using server = await site.serve('start');
    const pages = [await openPage(server.url), await openPage(server.url)] as const;
    await publish(pages[0], 'from the server action');
    for (const page of pages) await shows(page, 'from the server action');
    for (const page of pages) await page.close();
  });

  it('stays the same over an edit of its file in next dev', async () => {
    await using server = await site.serve('dev');
    const page = await openPage(server.url);
    await publish(page, 'before the edit');
    await shows(page, 'before the edit');
    await site.edit('lib/news.ts');
    await publish(page, 'after the edit');
    await shows(page, 'before the edit', 'after the edit');
    await page.close();
  });
});
