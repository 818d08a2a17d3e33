/**
 * @typedef {object} Server
 * @property {string} name also of its module in `servers/`
 * @property {string} note how it is driven
 * @property {string | undefined} [dependency] the package whose version is told
 */

export const OURS = 'eventwire';

/** Of these each round is measured whole; of the others, which no target names, the first two, and shorter. */
export const MAIN = [OURS, 'better-sse', 'nchan', 'plain'];

/** @type {readonly Server[]} */
export const servers = [
  { name: OURS, note: 'a channel with its memory log; `eventStreamHandler`, which subscribes each request' },
  { name: 'plain', note: '`node:http` alone: `res.write` of one string to each response in a Set' },
  {
    ...{ name: 'better-sse', dependency: 'better-sse' },
    note: '`createSession`, `channel.register`, `channel.broadcast`',
  },
  {
    ...{ name: 'fastify-sse', dependency: '@fastify/sse' },
    note: '`reply.sse.send` of each reply in a Set',
  },
  {
    ...{ name: 'hono', dependency: 'hono' },
    note: '`streamSSE` on `@hono/node-server`: `writeSSE` of each stream in a Set',
  },
  {
    name: 'nchan',
    note: 'nginx with one worker, published to by POST over one connection; its processes alone are measured, not the publisher',
  },
];
