import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { findProgram } from '../support/program';
import { type RedisServer, startRedis } from '../support/redis-server';
import { expectFits, SCREENS } from '../support/screens';

// As it is built: what `npm run hub` runs.
const program = fileURLToPath(new URL('../../examples/hub/src/main.mjs', import.meta.url));

interface Example {
  readonly child: ChildProcess;
  readonly url: string;
  /** All that it has printed. */
  output(): string;
}

async function start(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Example> {
  const child = spawn(process.execPath, [program, '0', ...args], {
    env: { ...process.env, REDIS_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the hub exited with ${code}:\n${output}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const [found] = /http:\/\/\S+/.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url, output: () => output };
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const complaints: string[] = [];
beforeEach(() => {
  complaints.length = 0;
});

async function open({ url }: Example, role: 'nobody' | 'reader' | 'publisher' = 'publisher'): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A connection that is cut is what these tests are about.
    if (message.type() === 'error' && !/net::ERR|Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  await page.goto(url);
  await connected(page);
  if (role !== 'publisher') {
    await page.locator('#role').selectOption(role);
    await page
      .locator('#name')
      .getByText(role === 'nobody' ? 'no token' : 'token says')
      .waitFor();
    await connected(page);
  }
  return page;
}

const connected = (page: Page) => page.locator('#connection').getByText('connected to node').waitFor();
const updates = (page: Page) =>
  page.locator('#updates li').evaluateAll((items) => items.map((item) => item.firstChild?.textContent));
const presence = (page: Page) => page.locator('#presence li').allTextContents();
const nameOf = async (page: Page) => /tab \w{4}/.exec((await page.locator('#name').textContent()) ?? '')?.[0];

async function publish(page: Page, data: string, { topic = '', isPrivate = false } = {}): Promise<string> {
  await page.locator('#data').fill(data);
  if (topic !== '') await page.locator('#topic').fill(topic);
  await page.locator('#private').setChecked(isPrivate);
  await page.locator('#published').evaluate((element) => element.replaceChildren());
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.locator('#published').getByText('published').waitFor();
  return (await page.locator('#published').textContent()) ?? '';
}

describe('the hub page in Chromium', () => {
  let hub: Example;
  beforeAll(async () => {
    hub = await start([]);
  });
  afterAll(() => hub?.child.kill());

  it('publishes an update to every page that subscribes to its topic, and a private one to those with a token', async () => {
    const [page, reader, nobody] = [await open(hub), await open(hub, 'reader'), await open(hub, 'nobody')];
    expect(await publish(page, 'secret', { isPrivate: true })).toMatch(/^published as urn:eventwire:/);
    await publish(page, 'for all');
    for (const one of [page, reader]) await expect.poll(() => updates(one)).toEqual(['for all', 'secret']);
    await expect.poll(() => updates(nobody)).toEqual(['for all']);
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await updates(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await Promise.all([page, reader, nobody].map((one) => one.close()));
  });

  it('says why an update was not published, to a page whose token does not allow it and to one without', async () => {
    const [reader, nobody] = [await open(hub, 'reader'), await open(hub, 'nobody')];
    for (const page of [reader, nobody])
      expect(await publish(page, 'x')).toMatch(/^not published: \w.+token/);
    const page = await open(hub);
    expect(await publish(page, 'x', { topic: '*' })).toContain('topic must not be *');
    await Promise.all([page, reader, nobody].map((one) => one.close()));
  });

  it('subscribes to one topic or to a pattern of its own', async () => {
    const page = await open(hub);
    await page.locator('#kind').selectOption('match');
    await page.locator('#match').fill('https://example.org/one');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.locator('#subscribed').getByText('to https://example.org/one').waitFor();
    await expect
      .poll(() => presence(page))
      .toContain(`${await nameOf(page)} (this page): https://example.org/one`);
    await publish(page, 'elsewhere', { topic: 'https://example.org/two' });
    await publish(page, 'here', { topic: 'https://example.org/one' });
    await expect.poll(() => updates(page)).toEqual(['here']);
    await page.close();
  });

  it('shows who is there, as they come and go, to pages with a token', async () => {
    const [page, nobody] = [await open(hub), await open(hub, 'nobody')];
    const second = await open(hub, 'reader');
    const name = await nameOf(second);
    const pattern = 'https://example.org/books/:id';
    await expect.poll(() => presence(page)).toContain(`${name}: ${pattern}`);
    expect(await presence(page)).toContain(`nobody: ${pattern}`);
    await second.close();
    await expect.poll(() => presence(page)).not.toContain(`${name}: ${pattern}`);
    expect(await presence(nobody)).toEqual([]);
    expect(await nobody.locator('#presence-note').textContent()).toContain('Only a page with a token');
    await Promise.all([page.close(), nobody.close()]);
  });

  it('tells of updates that are gone since their node was killed, which had them in memory', async () => {
    const page = await open(hub);
    await publish(page, 'in memory');
    await expect.poll(() => updates(page)).toEqual(['in memory']);
    await page.getByRole('button', { name: 'Kill this node' }).click();
    await page.locator('#updates .gap').waitFor();
    await publish(page, 'after');
    await expect
      .poll(() => updates(page))
      .toEqual(['after', 'Updates that came meanwhile are gone.', 'in memory']);
    await page.close();
  });

  it('serves nobody but its own page', async () => {
    const { url } = hub;
    const post = (path: string, headers: Record<string, string>) =>
      fetch(url + path, { method: 'POST', headers });
    expect((await post('/token?role=publisher', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post('/kill?node=1', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post('/token?role=admin', {})).status).toBe(400);
    expect((await fetch(`${url}/modules/hub/../../package.json`)).status).toBe(404);
    expect((await fetch(`${url}/modules/hub/none.js`)).status).toBe(404);
  });

  it.each(SCREENS)('fits %s', async (_name, width, colorScheme) => {
    const page = await browser.newPage({ viewport: { width, height: 760 }, colorScheme });
    await page.goto(hub.url);
    await connected(page);
    await expectFits(page, width, colorScheme);
    const folder = process.env.EVENTWIRE_HUB_PICTURES;
    if (folder) {
      await publish(page, 'a new title');
      await expect.poll(() => updates(page)).toContain('a new title');
      await page.screenshot({ path: join(folder, `hub-${width}-${colorScheme}.png`), fullPage: true });
    }
    await page.close();
  });
});

describe('the hub with a file', () => {
  it('keeps its updates when its node is killed by the page, which goes on with them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eventwire-hub-'));
    const hub = await start([join(folder, 'hub.db')]);
    try {
      expect(hub.output()).toContain('keeps its updates in SQLite');
      const page = await open(hub);
      await publish(page, 'before');
      await expect.poll(() => updates(page)).toEqual(['before']);
      await page.getByRole('button', { name: 'Kill this node' }).click();
      await page.locator('#connection').getByText('reconnecting').waitFor();
      await connected(page);
      await publish(page, 'after');
      await expect.poll(() => updates(page)).toEqual(['after', 'before']);
      await page.close();
    } finally {
      hub.child.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the hub of three nodes', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());

  it('is one hub for its pages, also when the node of one of them is killed', async () => {
    const hub = await start(['--nodes', '3', '--kill-every', '0'], { REDIS_URL: redis.url });
    try {
      const pages = [await open(hub), await open(hub), await open(hub)];
      const [page] = pages as [Page];
      await publish(page, 'one');
      for (const one of pages) await expect.poll(() => updates(one)).toEqual(['one']);
      await page.getByRole('button', { name: 'Kill this node' }).click();
      await expect.poll(hub.output).toContain('was killed, and is started again');
      await publish(pages[1] as Page, 'two');
      for (const one of pages) await expect.poll(() => updates(one)).toEqual(['two', 'one']);
      // Those of the killed node are gone from the list, and those that came back are there.
      await expect.poll(async () => (await presence(page)).length).toBe(4);
      await Promise.all(pages.map((one) => one.close()));
    } finally {
      hub.child.kill();
    }
  });

  it('gives each update once and in order while its nodes are killed one after the other, on a Redis of its own', async () => {
    const hub = await start(['--nodes', '3', '--kill-every', '2'], {
      REDIS_SERVER_PATH: findProgram('redis'),
    });
    try {
      const reports = () => [...hub.output().matchAll(/was killed.+?(\d+) updates.*/g)];
      const counts = () => reports().map(([, count]) => Number(count));
      await expect
        .poll(() => counts().length > 3 && (counts().at(-1) ?? 0) > 20, { timeout: 50_000 })
        .toBe(true);
      for (const [report] of reports()) expect(report).toMatch(/updates so far, each once and in order\.$/);
    } finally {
      hub.child.kill();
    }
  });
});

it.each([
  [['--nodes', '3'], 1, 'Several nodes share a Redis, but /nowhere could not be started'],
  [['--nodes', '0'], 2, '--nodes must be a whole number from 1 to 9, not 0'],
  [['--kill-every', 'x'], 2, '--kill-every must be seconds, 0 or more, not x'],
  [['hub.db', '--nodes', '2'], 2, 'Several nodes keep their updates in Redis: leave out hub.db'],
  [['--node', '2'], 2, "Unknown option '--node'"],
])('npm run hub %j ends with a sentence', (args, code, message) => {
  const env = { ...process.env, REDIS_URL: '', REDIS_SERVER_PATH: '/nowhere' };
  const { status, stderr } = spawnSync(process.execPath, [program, '0', ...args], { env, encoding: 'utf8' });
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(status).toBe(code);
});
