import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isRole, mint } from './tokens.mjs';

/** What the page imports, as a browser loads it: the packages' own files, without a bundler. */
const MODULES = {
  '@eventwire/hub/client': 'hub/client.js',
  '@eventwire/client': 'client/index.js',
  '@eventwire/parser': 'parser/index.js',
};
const importMap = JSON.stringify({
  imports: Object.fromEntries(Object.entries(MODULES).map(([name, file]) => [name, `/modules/${file}`])),
});
const hash = createHash('sha256').update(importMap).digest('base64');
const policy =
  `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self'; connect-src 'self'; img-src data:; ` +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** @param {string} name */
const read = (name) => readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8');
const pages = new Map([
  ['/', { type: 'text/html', body: read('index.html').replace('{}', importMap) }],
  ['/app.js', { type: 'text/javascript', body: read('app.js') }],
  ['/presence.js', { type: 'text/javascript', body: read('presence.js') }],
  ['/style.css', { type: 'text/css', body: read('style.css') }],
]);

/**
 * Serves everything but the hub: the page, its tokens, and its wish to kill a node.
 *
 * @param {{ addresses: string[], audience: string, secret: string, kill: (node: number) => void }} options
 * @returns {(req: import('node:http').IncomingMessage, res: import('node:http').ServerResponse) => void}
 */
export function pageListener({ addresses, audience, secret, kill }) {
  return (req, res) => {
    const address = `http://${req.headers.host}`;
    const { origin = address } = req.headers;
    // What another page could send through the user's browser.
    if (!addresses.includes(address) || origin !== address) {
      res.writeHead(403).end('Only its own page may use this server\n');
      return;
    }
    const { pathname, searchParams } = new URL(req.url ?? '/', address);
    const page = req.method === 'GET' ? (pages.get(pathname) ?? moduleAt(pathname)) : undefined;
    if (page) {
      const type = `${page.type}; charset=utf-8`;
      res.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(page.body);
    } else if (req.method === 'POST' && pathname === '/token') {
      const role = searchParams.get('role');
      const name = searchParams.get('name')?.slice(0, 40) ?? '';
      if (!isRole(role)) return void res.writeHead(400).end('The role is reader or publisher\n');
      mint({ audience, secret, role, name }).then(
        (token) => res.end(token),
        () => res.writeHead(500).end('No token could be made\n'),
      );
    } else if (req.method === 'POST' && pathname === '/kill') {
      res.writeHead(202).end(() => kill(Number(searchParams.get('node'))));
    } else res.writeHead(404).end('There is nothing here; the page is at /\n');
  };
}

/** A file of a built package. @param {string} path */
function moduleAt(path) {
  const [, folder, file] = /^\/modules\/(hub|client|parser)\/([\w-]+\.js)$/.exec(path) ?? [];
  const name = Object.entries(MODULES).find(([, value]) => value.startsWith(`${folder}/`))?.[0];
  if (name === undefined || file === undefined) return undefined;
  try {
    return { type: 'text/javascript', body: readFileSync(new URL(file, import.meta.resolve(name)), 'utf8') };
  } catch {
    return undefined;
  }
}
