import { runSuite, seed } from './suite.mjs';

await runSuite({
  command: 'pnpm test:chaos',
  about: 'follows events through every fault that a connection can have.',
  project: 'chaos',
  options: {
    events: { about: 'events to follow', variable: 'EVENTWIRE_EVENTS', standard: 10_000 },
    seed,
  },
});
