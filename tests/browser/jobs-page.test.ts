import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';

// As it is built: what `npm start` runs.
const program = fileURLToPath(new URL('../../examples/jobs/dist/server.js', import.meta.url));

let browser: Browser;
let server: ChildProcess;
let url: string;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  server = spawn(process.execPath, [program], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  url = await new Promise((resolve, reject) => {
    let output = '';
    server.once('exit', (code) => reject(new Error(`the jobs server exited with ${code}:\n${output}`)));
    server.stdout?.on('data', (chunk) => {
      output += chunk;
      const [found] = /http:\/\/\S+/.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
});

afterAll(async () => {
  await browser?.close();
  server?.kill();
});

beforeEach(async () => {
  page = await browser.newPage();
  complaints.length = 0;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  await page.locator('#state[data-state=open]').waitFor();
});

afterEach(() => page.close());

const start = async (fields: Record<string, string>) => {
  for (const [name, value] of Object.entries(fields)) await page.locator(`#${name}`).fill(value);
  await page.locator('#start-button').click();
};
const count = async (id: string) => Number(await page.locator(`#${id}`).textContent());

describe('the jobs page in Chromium', () => {
  it('shows a job to its end, over a connection that is cut in the middle', async () => {
    await start({ folder: 'packages', pace: '60' });
    const job = page.locator('[data-job]').first();
    await job.locator('progress, [role=progressbar]').first().waitFor();
    await page.waitForFunction(() => Number(document.querySelector('#event-count')?.textContent) > 4);

    await page.locator('#cut').click();
    await page.locator('#notice', { hasText: /Resumed after .+: nothing lost, nothing twice/ }).waitFor();
    await page
      .locator('[data-job]', { hasText: /finished/i })
      .first()
      .waitFor();

    expect(await count('reconnection-count')).toBe(1);
    expect(await count('missed-count')).toBe(0);
    expect(await count('repeated-count')).toBe(0);
    expect(await count('event-count')).toBeGreaterThan(20);
    expect(await page.locator('#last-event-id').textContent()).toMatch(/\.\d+$/);
    expect(await page.locator('#raw').textContent()).toContain('job.finished');
    // What the browser itself reports of the connection that was cut; nothing of the page's.
    expect(complaints.filter((text) => !text.includes('net::ERR_'))).toEqual([]);
  });

  it('shows a client that comes later what happened before', async () => {
    await start({ folder: 'conformance', pace: '0' });
    await page
      .locator('[data-job]', { hasText: 'conformance' })
      .filter({ hasText: /finished/i })
      .first()
      .waitFor();
    const jobs = await page.locator('[data-job]').count();
    await page.reload();
    await page.locator('#state[data-state=open]').waitFor();
    await expect.poll(() => page.locator('[data-job]').count()).toBe(jobs);
  });

  it("shows the server's refusal at its field", async () => {
    await start({ folder: '../elsewhere' });
    await expect.poll(() => page.locator('#folder-error').textContent()).not.toBe('');
    expect(await page.locator('#folder').getAttribute('aria-invalid')).toBe('true');
  });

  it.each([
    ['a phone', 375],
    ['a desktop', 1280],
  ])('fits %s, in light and dark', async (_, width) => {
    await page.setViewportSize({ width, height: 800 });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
  });
});
