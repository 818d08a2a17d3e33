import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { send } from './http';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

/** Everything comes from this server, and nothing inline: text from the wire that got into the page would stay text. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const files: ReadonlyArray<readonly [path: string, file: string, type: string]> = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
];

/** The page's files by the path that they are served under, read once. */
export function loadAssets(folder: URL): Map<string, Asset> {
  return new Map(
    files.map(([path, file, type]) => [path, { type, body: readFileSync(new URL(file, folder)) }]),
  );
}

export function sendAsset(res: ServerResponse, { type, body }: Asset): void {
  send(res, 200, type, body, {
    'Content-Security-Policy': contentSecurityPolicy,
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
  });
}
