/** @type {readonly (import('../part.mjs').Participant & { module: string, style: string })[]} */
export const participants = [
  {
    ...{ name: 'connect', role: 'ours', module: 'eventwire', style: 'onEvent' },
    note: '`connect` with `onEvent`',
  },
  {
    ...{ name: 'connect-iterated', role: 'ours', module: 'eventwire', style: 'forAwait' },
    note: '`for await` over `connect`',
  },
  {
    ...{ name: 'connect-batches', role: 'ours', module: 'eventwire', style: 'batches' },
    note: '`for await` over its `batches()`',
  },
  {
    ...{ name: 'connect-json', role: 'ours', module: 'eventwire', style: 'json' },
    note: "`connect` with `onEvent` and `decode: 'json'`: no other client here parses the data",
  },
  {
    ...{ name: 'EventSource', role: 'ours', module: 'event-source', style: 'eventwire' },
    note: 'ours, by `onmessage`',
  },
  {
    ...{ name: 'fetch', role: 'floor', module: 'floor', style: 'countBytes' },
    note: '`fetch`, and a count of the bytes',
  },
  {
    ...{ name: 'eventsource-client', role: 'peer', module: 'eventsource-client', style: 'onMessage' },
    ...{ note: 'by `onMessage`', dependency: 'eventsource-client' },
  },
  {
    ...{ name: 'eventsource-client-iterated', role: 'peer', module: 'eventsource-client', style: 'forAwait' },
    ...{ note: 'by `for await`', dependency: 'eventsource-client' },
  },
  {
    ...{ name: 'fetch-event-source', role: 'peer', module: 'fetch-event-source', style: 'onMessage' },
    ...{ note: 'with what it needs of a page', dependency: '@microsoft/fetch-event-source' },
  },
  {
    ...{ name: 'eventsource', role: 'peer', module: 'event-source', style: 'eventsource' },
    ...{ note: 'by `onmessage`', dependency: 'eventsource' },
  },
  {
    ...{ name: 'undici', role: 'peer', module: 'event-source', style: 'undici' },
    ...{ note: 'its `EventSource`, by `onmessage`', dependency: 'undici' },
  },
];
