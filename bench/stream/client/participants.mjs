/**
 * The clients, in the table's order, each with the module and the function that drives it.
 * @type {readonly { name: string, load(): Promise<(url: string, events: number, bytes: number) => Promise<unknown>> }[]}
 */
export const participants = [
  { name: 'connect, onEvent', load: async () => (await import('./participants/eventwire.mjs')).onEvent },
  { name: 'connect, for await', load: async () => (await import('./participants/eventwire.mjs')).forAwait },
  { name: 'connect, batches()', load: async () => (await import('./participants/eventwire.mjs')).batches },
  { name: "connect, decode: 'json'", load: async () => (await import('./participants/eventwire.mjs')).json },
  {
    name: 'eventsource-client, onMessage',
    load: async () => (await import('./participants/eventsource-client.mjs')).onMessage,
  },
  {
    name: 'eventsource-client, for await',
    load: async () => (await import('./participants/eventsource-client.mjs')).forAwait,
  },
  {
    name: '@microsoft/fetch-event-source',
    load: async () => (await import('./participants/fetch-event-source.mjs')).onMessage,
  },
  {
    name: 'EventSource',
    load: async () => eventSource((await import('@eventwire/client/eventsource')).EventSource),
  },
  { name: 'eventsource', load: async () => eventSource((await import('eventsource')).EventSource) },
  { name: 'undici, EventSource', load: async () => eventSource((await import('undici')).EventSource) },
  { name: 'fetch alone (floor)', load: async () => (await import('./participants/floor.mjs')).countBytes },
];

/** @param {new (url: string) => any} implementation */
const eventSource = async (implementation) =>
  (await import('./participants/event-source.mjs')).byMessages(implementation);
