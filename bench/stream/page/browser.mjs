import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../scripts/run.mjs';
import { find } from '../../../scripts/system.mjs';
import { listen } from '../../src/listen.mjs';

/** What the page may load, by what it imports. */
const MODULES = {
  '@eventwire/parser': '/packages/parser/dist/index.js',
  '@eventwire/client': '/packages/client/dist/index.js',
  '@eventwire/client/eventsource': '/packages/client/dist/eventsource.js',
};
const FOLDER = /^\/packages\/(?:parser|client)\/dist\/[\w-]+\.js$/;

/**
 * Headless Chromium with one page, which asks for each round and tells what it took. Nobody drives it by
 * DevTools, since the browser's own EventSource is slower while they listen.
 *
 * @param {string} script sets `globalThis.round`, which gives the ms that a round took
 */
export async function openBrowser(script) {
  /** @type {import('node:http').ServerResponse | undefined} */
  let waiting;
  let isAsked = false;
  /** @type {{ resolve(ms: number): void, reject(error: Error): void } | undefined} */
  let asked;
  const answer = () => {
    if (!isAsked || !waiting) return;
    isAsked = false;
    waiting.writeHead(204).end();
    waiting = undefined;
  };
  const page = `<!doctype html><link rel="icon" href="data:,">
    <script type="importmap">${JSON.stringify({ imports: MODULES })}</script>
    <script type="module">
      ${script}
      for (;;) {
        await fetch('/round');
        const took = await round().catch((error) => ({ failure: String(error) }));
        await fetch('/took', { method: 'POST', body: JSON.stringify(took) });
      }
    </script>`;
  const site = createServer(async (req, res) => {
    const { url = '' } = req;
    if (url === '/') return void res.writeHead(200, { 'content-type': 'text/html' }).end(page);
    if (url === '/round') {
      waiting = res;
      return answer();
    }
    if (url === '/took') {
      const took = JSON.parse((await req.toArray()).join(''));
      res.writeHead(204).end();
      if (typeof took === 'number') asked?.resolve(took);
      else asked?.reject(new Error(`in the page: ${took.failure}`));
      return;
    }
    if (!FOLDER.test(url)) return void res.writeHead(404).end();
    const text = await readFile(join(root, url), 'utf8');
    res.writeHead(200, { 'content-type': 'text/javascript' }).end(text);
  });
  const port = await listen(site);
  const profile = await mkdtemp(join(tmpdir(), 'eventwire-bench-'));
  const chromium = find('chromium');
  if (chromium === undefined) throw new Error('Chromium was not found: `npm test` installs it, or says how.');
  const browser = spawn(
    chromium,
    [
      ...[
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
      ],
      ...[`--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`],
    ],
    { stdio: 'ignore', detached: true },
  );
  const ended = once(browser, 'exit');
  ended.then(() => asked?.reject(new Error('the browser has ended')));
  return {
    /** @returns {Promise<number>} ms */
    round() {
      return new Promise((resolve, reject) => {
        asked = { resolve, reject };
        isAsked = true;
        answer();
      });
    },
    async close() {
      if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGTERM');
      await ended;
      site.close();
      site.closeAllConnections();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
