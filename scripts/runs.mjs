import { runSuite, seed } from './suite.mjs';

await runSuite({
  command: 'pnpm test:runs',
  about: "every reader has a run's whole text once, whatever is cut or killed, and every run ends.",
  project: 'runs',
  programs: ['redis'],
  options: {
    runs: { about: 'runs at a time', variable: 'EVENTWIRE_RUNS', standard: 50 },
    readers: { about: 'readers of each', variable: 'EVENTWIRE_READERS', standard: 10 },
    tokens: { about: 'events of each', variable: 'EVENTWIRE_TOKENS', standard: 500 },
    kills: {
      about: 'kills of a server; twice as many of an appender',
      variable: 'EVENTWIRE_KILLS',
      standard: 100,
    },
    seed,
  },
});
