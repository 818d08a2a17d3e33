import { streamEvents } from '@eventwire/server-web';
import { asked } from '../workloads.mjs';
import { body } from './eventwire-body.mjs';

export function start() {
  const fetch = (/** @type {Request} */ request) =>
    streamEvents(request, (stream, { url }) => body(stream, asked(url)));
  const { Bun } = /** @type {any} */ (globalThis);
  return Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 0, fetch }).port;
}
