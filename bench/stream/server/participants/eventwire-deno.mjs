import { streamEvents } from '@eventwire/server-web';
import { asked } from '../workloads.mjs';
import { body } from './eventwire-body.mjs';

export function start() {
  const fetch = (/** @type {Request} */ request) =>
    streamEvents(request, (stream, { url }) => body(stream, asked(url)));
  const { Deno } = /** @type {any} */ (globalThis);
  return Deno.serve({ port: 0, hostname: '127.0.0.1', onListen() {} }, fetch).addr.port;
}
