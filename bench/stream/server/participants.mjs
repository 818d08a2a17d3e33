const GENERATORS = ['fast', 'four', 'paced'];
const ALL_BUT_PIECES = [...GENERATORS, 'awaited', 'unawaited'];

/** @type {readonly import('../part.mjs').Participant[]} */
export const participants = [
  {
    ...{ name: 'eventwire', role: 'ours' },
    note: '`eventStreamHandler` of server-node: the callback gives the generator, or awaits `stream.sendEvent`',
  },
  {
    ...{ name: 'eventwire-web', role: 'ours' },
    note: '`streamEvents` of server-web in Hono, on `@hono/node-server`',
  },
  {
    ...{ name: 'eventwire-bun', role: 'ours', runtime: 'bun' },
    note: '`streamEvents` of server-web in `Bun.serve`',
  },
  {
    ...{ name: 'eventwire-deno', role: 'ours', runtime: 'deno' },
    note: '`streamEvents` of server-web in `Deno.serve`',
  },
  {
    ...{ name: 'by-hand', role: 'floor' },
    note: '`res.write` of a string for each event, and a wait for `drain` if it gives false',
  },
  {
    ...{ name: 'better-sse', role: 'peer', dependency: 'better-sse', workloads: ALL_BUT_PIECES },
    note: '`createSession`: `session.iterate`, or `session.push`',
  },
  {
    ...{ name: 'fastify-sse', role: 'peer', dependency: '@fastify/sse', workloads: ALL_BUT_PIECES },
    note: '`reply.sse.send` of the generator, or of each event',
  },
  {
    ...{ name: 'hono', role: 'peer', dependency: 'hono', workloads: ALL_BUT_PIECES },
    note: '`streamSSE` on `@hono/node-server`: `await stream.writeSSE`',
  },
  {
    ...{ name: 'h3', role: 'peer', dependency: 'h3', workloads: ALL_BUT_PIECES },
    note: '`createEventStream`, `serve`: `await stream.push`',
  },
];
