import { runSuite, seed } from './suite.mjs';

await runSuite({
  command: 'pnpm test:peers',
  about: 'follows events of each server that is not ours, over connections that are cut.',
  project: 'peers',
  programs: ['nginx'],
  options: {
    events: { about: 'events of each server', variable: 'EVENTWIRE_EVENTS', standard: 2000 },
    seed,
  },
});
