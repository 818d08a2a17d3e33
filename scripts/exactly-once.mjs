import { runSuite, seed } from './suite.mjs';

await runSuite({
  command: 'pnpm test:exactly-once',
  about: 'every client has every event once, whatever is cut or killed.',
  project: 'exactly-once',
  programs: ['redis'],
  options: {
    clients: { about: 'clients at a time', variable: 'EVENTWIRE_CLIENTS', standard: 50 },
    events: { about: 'events for each', variable: 'EVENTWIRE_EVENTS', standard: 20_000 },
    seed,
  },
});
