import { Chat } from '@ai-sdk/react';
import { DefaultChatTransport, type UIMessage } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { launchChromium } from '../support/chromium';
import { createCuttingProxy } from '../support/cutting-proxy';
import { type NodeProcess, type NodeProgram, nodeProgram } from '../support/node-process';
import { runSeed, seededRandom } from '../support/random';
import { databaseFolder } from '../support/sqlite-databases';
import { CHAT_WORDS } from './chat-words';

const TEXT = CHAT_WORDS.join('');
/** Behind the head of a response. */
const HEAD = 400;

describe('the AI SDK over createChatRuns, with answers in SQLite', () => {
  let program: NodeProgram;
  let files: Awaited<ReturnType<typeof databaseFolder>>;
  let path: string;
  beforeAll(async () => {
    program = await nodeProgram(new URL('./chat-server.ts', import.meta.url));
    files = await databaseFolder();
  });
  beforeEach(() => {
    path = files.next();
  });
  afterAll(async () => {
    await program?.[Symbol.asyncDispose]();
    await files?.dispose();
  });

  const chatAt = (url: string, id = 'chat 1') =>
    new Chat<UIMessage>({ id, transport: new DefaultChatTransport({ api: `${url}/chat` }) });
  const urlOf = ({ port }: NodeProcess) => `http://127.0.0.1:${port}`;
  const textOf = ({ messages }: Chat<UIMessage>) =>
    messages
      .filter(({ role }) => role === 'assistant')
      .map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join(''));

  it('answers a question once, and has nothing to resume before and after it', async () => {
    const server = await program.start([path, '1']);
    const chat = chatAt(urlOf(server));
    await chat.resumeStream();
    expect(chat.status).toBe('ready');
    await chat.sendMessage({ text: 'Speak' });
    await chat.resumeStream();
    expect([textOf(chat), chat.status, chat.error]).toEqual([[TEXT], 'ready', undefined]);
    await chat.sendMessage({ text: 'Once more' });
    expect(textOf(chat)).toEqual([TEXT, TEXT]);
  });

  it(`shows the whole answer once after any number of cuts (seed ${runSeed})`, async () => {
    const random = seededRandom(runSeed);
    const server = await program.start([path, '10', 'ended']);
    await using proxy = await createCuttingProxy(server.port, () => HEAD + Math.floor(random() * 3000));
    const chat = chatAt(proxy.url);
    await chat.sendMessage({ text: 'Speak' });
    while (chat.status === 'error') {
      expect(TEXT.startsWith(textOf(chat)[0] ?? '')).toBe(true);
      if (proxy.cuts.length > 4) proxy.isCutting = false;
      await chat.resumeStream();
    }
    expect([textOf(chat), chat.status]).toEqual([[TEXT], 'ready']);
    expect(proxy.cuts.length).toBeGreaterThan(4);
  });

  it('shows a second page the answer under way, and a stop ends it for both', async () => {
    const server = await program.start([path, '60']);
    const first = chatAt(urlOf(server));
    const second = chatAt(urlOf(server));
    const asked = first.sendMessage({ text: 'Speak' });
    await expect.poll(() => textOf(first)[0]).toContain('word 5');
    const resumed = second.resumeStream();
    await expect.poll(() => textOf(second)[0]).toContain('word 10');
    const stopped = await fetch(`${urlOf(server)}/chat/chat%201/stream`, { method: 'DELETE' });
    expect(stopped.status).toBe(202);
    await Promise.all([asked, resumed]);
    expect([first.status, second.status]).toEqual(['ready', 'ready']);
    expect(textOf(first)).toEqual(textOf(second));
    expect(TEXT.startsWith(textOf(first)[0] ?? 'none')).toBe(true);
    expect(textOf(first)).not.toEqual([TEXT]);
  });

  it('goes on while nobody listens, and is there for a page of another process', async () => {
    const [one, other] = [await program.start([path, '50']), await program.start([path])];
    const asking = chatAt(urlOf(one));
    const asked = asking.sendMessage({ text: 'Speak' });
    await expect.poll(() => textOf(asking)[0]).toContain('word 3');
    await asking.stop();
    await asked;
    const chat = chatAt(urlOf(other));
    await chat.resumeStream();
    expect([textOf(chat), chat.status]).toEqual([[TEXT], 'ready']);
  });

  it('tells a page of the end if the process that answers is killed, and answers the next question', async () => {
    const [one, other] = [await program.start([path, '100']), await program.start([path])];
    const asked = chatAt(urlOf(one)).sendMessage({ text: 'Speak' });
    const chat = chatAt(urlOf(other));
    const noneYet = async () => (await fetch(`${urlOf(other)}/chat/chat%201/stream`)).status;
    await expect.poll(noneYet).toBe(200);
    const resumed = chat.resumeStream();
    await expect.poll(() => textOf(chat)[0]).toContain('word 3');
    await one.kill();
    await Promise.all([asked, resumed]);
    expect(chat.status).toBe('error');
    expect(chat.error?.message).toBe('The answer was interrupted.');
    expect(TEXT.startsWith(textOf(chat)[0] ?? 'none')).toBe(true);
    await chat.sendMessage({ text: 'Once more' });
    expect([textOf(chat).at(-1), chat.status]).toEqual([TEXT, 'ready']);
  });

  it('shows the whole answer after a reload in Chromium', async () => {
    // A reload may take longer than the answer.
    const server = await program.start([path, '30', 'ended']);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const script = await bundle(`import '../foreign-clients/use-chat-page';`);
      const open = async () => {
        await page.goto(`${urlOf(server)}/page`);
        await page.addScriptTag({ content: script, type: 'module' });
        await page.waitForFunction('globalThis.ask');
      };
      await open();
      await page.evaluate('void ask()');
      await page.waitForFunction(`document.querySelector('#answer').textContent.includes('word 5')`);
      await open();
      await page.evaluate('resume()');
      expect(await page.locator('#answer').textContent()).toBe(TEXT);
    } finally {
      await browser.close();
    }
  });
});
