import { runSuite, seed } from './suite.mjs';

await runSuite({
  command: 'pnpm test:browsers',
  about:
    'holds the parser, and our EventSource, to the EventSource of real Chromium and Firefox, follows redirections there, and leaves pages and comes back.',
  project: 'browsers',
  programs: ['chromium', 'firefox'],
  options: {
    streams: { about: 'streams for the parser', variable: 'EVENTWIRE_STREAMS', standard: 2000 },
    scenarios: { about: 'scenarios for EventSource', variable: 'EVENTWIRE_SCENARIOS', standard: 400 },
    away: { about: 'ms that a page is away', variable: 'EVENTWIRE_AWAY_MS', standard: 45_000 },
    // Always the same, since what differs between browsers is listed by scenario.
    seed: { ...seed, standard: 20_260_101 },
  },
});
