import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSqliteLog } from '@eventwire/sqlite';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localAnswer } from '../../examples/chat/src/model.mjs';
import { freePort } from '../../scripts/free-port.mjs';
import { launchChromium } from '../support/chromium';
import { expectFits, SCREENS } from '../support/screens';
import { sqlites } from '../support/sqlite-databases';

// As it is built: what `npm run chat` runs.
const program = fileURLToPath(new URL('../../examples/chat/src/main.mjs', import.meta.url));
const DAY = 24 * 60 * 60 * 1000;
const folder = mkdtempSync(join(tmpdir(), 'eventwire-chat-'));

let browser: Browser;
let chat: ChildProcess;
let url: string;
let output = '';

beforeAll(async () => {
  browser = await launchChromium();
  await askedBefore({ id: 'old', prompt: 'A question of last week', asked: Date.now() - 7 * DAY });
  const port = await freePort();
  chat = spawn(process.execPath, [program, String(port), join(folder, 'chat.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  url = await new Promise((resolve, reject) => {
    chat.once('exit', (code) => reject(new Error(`the chat exited with ${code}:\n${output}`)));
    chat.stdout?.on('data', (chunk) => {
      output += chunk;
      const [found] = /http:\/\/\S+/.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
});

afterAll(async () => {
  await browser?.close();
  chat?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A question that the chat finds in its file. */
async function askedBefore(question: { id: string; prompt: string; asked: number }): Promise<void> {
  const database = Object.values(sqlites)[0]?.(join(folder, 'chat.db'));
  if (!database) return;
  const log = createSqliteLog({ database, key: 'questions' });
  await log.append({ type: 'question', data: JSON.stringify(question) });
  database.close();
}

async function open(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByText('connected', { exact: true }).waitFor();
  return page;
}

const ask = async (page: Page, prompt: string) => {
  await page.locator('#prompt').fill(prompt);
  await page.getByRole('button', { name: 'Ask' }).click();
  await answerTo(page, prompt).waitFor();
};
const answerTo = (page: Page, prompt: string) => page.locator('article').filter({ hasText: prompt }).first();
const textOf = async (page: Page, prompt: string) =>
  (await answerTo(page, prompt).locator('p').textContent()) ?? '';
const whole = (prompt: string) => localAnswer(prompt).join('');

describe('the chat server', () => {
  const origin = () => ({ origin: url });

  it('answers what it cannot do, and goes on', async () => {
    const stopped = await fetch(`${url}/answers/%`, { method: 'DELETE', headers: origin() });
    expect(stopped.status).toBe(400);
    const { port } = new URL(url);
    const asking = request({
      port,
      host: '127.0.0.1',
      path: '/questions',
      method: 'POST',
      headers: origin(),
    });
    asking.on('error', () => {});
    asking.write('a question that is never');
    await new Promise((resolve) =>
      asking.once('socket', ({ connecting }) => setTimeout(resolve, connecting ? 200 : 0)),
    );
    asking.destroy();
    expect((await fetch(url)).status).toBe(200);
    expect(output).not.toContain('is started again');
  });

  it('reads a question whose characters come in pieces', async () => {
    const prompt = 'Does é survive?';
    const bytes = Buffer.from(prompt);
    const middle = bytes.indexOf(0xc3) + 1;
    const asked = await fetch(`${url}/questions`, {
      method: 'POST',
      headers: origin(),
      body: new ReadableStream({
        async start(controller) {
          controller.enqueue(bytes.subarray(0, middle));
          await new Promise((resolve) => setTimeout(resolve, 100));
          controller.enqueue(bytes.subarray(middle));
          controller.close();
        },
      }),
      duplex: 'half',
    } as RequestInit);
    expect(asked.status).toBe(202);
    const page = await open();
    await answerTo(page, prompt).waitFor();
    await page.close();
  });

  it('begins no answer anew whose time is over', async () => {
    const page = await open();
    expect(await page.getByText('A question of last week').count()).toBe(0);
    expect((await fetch(`${url}/answers/old`, { headers: { accept: 'text/event-stream' } })).status).toBe(
      404,
    );
    await page.close();
  });
});

describe('the chat page in Chromium', () => {
  it('shows one answer whole over a reload, in a second tab, and after its server was killed', async () => {
    const prompt = 'Does it survive?';
    let page = await open();
    await ask(page, prompt);
    await page.waitForFunction(() => (document.querySelector('article p')?.textContent ?? '').length > 60);
    await page.reload();
    await answerTo(page, prompt).waitFor();
    const second = await open();
    await page.getByRole('button', { name: 'Kill and restart the server' }).click();
    for (const one of [page, second]) {
      await answerTo(one, prompt).getByText('finished').waitFor({ timeout: 40_000 });
      expect(await textOf(one, prompt)).toBe(whole(prompt));
    }
    expect(output).toContain('was ended by SIGKILL, and is started again');
    await page.close();
    page = await open();
    await answerTo(page, prompt).getByText('finished').waitFor();
    expect(await textOf(page, prompt)).toBe(whole(prompt));
    await Promise.all([page.close(), second.close()]);
  });

  it('stops an answer for every tab', async () => {
    const prompt = 'Please stop';
    const [page, second] = [await open(), await open()];
    await ask(page, prompt);
    await answerTo(second, prompt).getByRole('button', { name: 'Stop' }).click();
    for (const one of [page, second]) await answerTo(one, prompt).getByText('stopped').waitFor();
    expect(await textOf(page, prompt)).toBe(await textOf(second, prompt));
    expect(whole(prompt).startsWith(await textOf(page, prompt))).toBe(true);
    await Promise.all([page.close(), second.close()]);
  });

  it.each(SCREENS)('fits %s', async (_name, width, colorScheme) => {
    const page = await browser.newPage({ viewport: { width, height: 760 }, colorScheme });
    await page.goto(url);
    await page.getByText('connected', { exact: true }).waitFor();
    await expectFits(page, width, colorScheme);
    const picture = process.env.EVENTWIRE_CHAT_PICTURE;
    if (picture && width === 1280 && colorScheme === 'light') await page.screenshot({ path: picture });
    await page.close();
  });
});
