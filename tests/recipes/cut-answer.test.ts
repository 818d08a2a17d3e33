import { createServer } from 'node:http';
import { eventStreamHandler } from '@eventwire/server-node';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { listenOnFreePort } from '../support/listen';

const WORDS = ['to ', 'be ', 'or ', 'not ', 'to ', 'be'];

declare const ask: (prompt: string) => void;

let browser: Browser;
let script: string;
beforeAll(async () => {
  browser = await launchChromium();
  script = await bundle(`import '../recipes/pages/react-answer';`);
});
afterAll(() => browser?.close());

/** Answers with the words up to `last`, and then says no more. */
function createAnsweringServer(requests: string[], last = WORDS.length) {
  const answer = eventStreamHandler(async function* (stream) {
    yield* WORDS.slice(0, last);
    if (last < WORDS.length) await stream.closed;
  });
  return createServer((request, response) => {
    if (request.url !== '/answer') {
      return void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><link rel="icon" href="data:,"><body>');
    }
    requests.push(request.method ?? '');
    void answer(request, response);
  });
}

async function openPage(url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.addScriptTag({ content: script, type: 'module' });
  await page.waitForFunction('globalThis.ask');
  return page;
}
const shows = (page: Page, text: string, state: string) =>
  expect
    .poll(
      async () => {
        const answer = page.locator('#answer');
        return [await answer.textContent(), await answer.getAttribute('data-state')];
      },
      { timeout: 20_000 },
    )
    .toEqual([text, state]);

it('a page has the words of a POST once, and is told that they were cut, though the server comes back', async () => {
  const requests: string[] = [];
  const server = createAnsweringServer(requests, 3);
  const url = await listenOnFreePort(server);
  const page = await openPage(url);
  await page.evaluate(() => ask('What is the question?'));
  await shows(page, 'to be or ', 'streaming');

  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await using restarted = createAnsweringServer(requests);
  restarted.listen(Number(new URL(url).port), '127.0.0.1');
  await shows(page, 'to be or ', 'cut');
  expect(requests).toEqual(['POST']);

  await page.evaluate(() => ask('Once more?'));
  await shows(page, WORDS.join(''), 'ended');
  expect(requests).toEqual(['POST', 'POST']);
  await page.close();
  restarted.closeAllConnections();
});
