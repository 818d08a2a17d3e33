/** @type {readonly import('../part.mjs').Target[]} */
export const targets = ['', '-ids'].flatMap((ids) => [
  { workload: `large${ids}`, of: 'connect', to: 'eventsource-client', most: 0.95 },
  { workload: `single${ids}`, of: 'connect', to: 'eventsource-client', most: 1.02 },
  { workload: `single${ids}`, of: 'connect', to: 'fetch', most: 1.05 },
  { workload: `large${ids}`, of: 'connect-iterated', to: 'eventsource-client-iterated', most: 0.9 },
  { workload: `single${ids}`, of: 'connect-iterated', to: 'eventsource-client-iterated', most: 1 },
  { workload: `large${ids}`, of: 'connect-batches', to: 'connect', most: 0.9 },
  { workload: `large${ids}`, of: 'EventSource', to: 'eventsource', most: 0.9 },
  { workload: `single${ids}`, of: 'EventSource', to: 'eventsource', most: 0.9 },
]);
