import { eventStreamHandler } from '@eventwire/server-node';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { createCuttingProxy } from '../support/cutting-proxy';
import { serve } from '../support/listen';
import { respondWithPage, serveAnswer } from './answer-server';
import { uiMessage } from './answers';

declare const ask: () => Promise<void>;
declare const resume: () => Promise<void>;

const WORDS = Array.from({ length: 25 }, (_, n) => `word ${n} é 漢字 😀 `);
const TEXT = WORDS.join('');
const headers = { 'x-vercel-ai-ui-message-stream': 'v1' };

describe("the AI SDK's useChat in Chromium", () => {
  let browser: Browser;
  let page: Page;
  let script: string;
  beforeAll(async () => {
    script = await bundle(`import '../foreign-clients/use-chat-page';`);
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    page = await browser.newPage();
  });

  async function open(url: string): Promise<void> {
    await page.goto(`${url}/page`);
    await page.addScriptTag({ content: script, type: 'module' });
    await page.waitForFunction('globalThis.ask');
  }
  async function shown() {
    const answer = page.locator('#answer');
    return {
      text: await answer.textContent(),
      status: await answer.getAttribute('data-status'),
      error: await answer.getAttribute('data-error'),
    };
  }

  it('shows an answer and is ready for the next question', async () => {
    await using server = await serveAnswer(uiMessage(WORDS), { headers });
    await open(server.url);
    await page.evaluate(() => ask());
    expect(await shown()).toEqual({ text: TEXT, status: 'ready', error: '' });
    expect(server.requests).toEqual(['POST /chat']);
  });

  it('resumes an answer by GET', async () => {
    await using server = await serveAnswer(uiMessage(WORDS), { headers });
    await open(server.url);
    await page.evaluate(() => resume());
    expect(await shown()).toEqual({ text: TEXT, status: 'ready', error: '' });
    expect(server.requests).toEqual(['GET /chat/chat-1/stream']);
  });

  it('has nothing to resume where the handler responds with 204', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/page') return void respondWithPage(response);
      void eventStreamHandler((stream) => stream.noContent(), { conventions: false })(request, response);
    });
    await open(server.url);
    await page.evaluate(() => resume());
    expect(await shown()).toEqual({ text: '', status: 'ready', error: '' });
  });

  it('shows the beginning and an error if the answer is cut', async () => {
    await using server = await serveAnswer(uiMessage(WORDS), { headers });
    await using proxy = await createCuttingProxy(server.port, () => 1500);
    await open(proxy.url);
    await page.evaluate(() => ask());
    const { text, status, error } = await shown();
    expect(TEXT.startsWith(text ?? 'none')).toBe(true);
    expect(status).toBe('error');
    expect(error).not.toBe('');
    expect(server.requests).toEqual(['POST /chat']);
  });
});
