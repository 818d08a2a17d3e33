import { runSuite, seed } from './suite.mjs';

await runSuite({
  command: 'pnpm fuzz',
  about: 'holds the parser to the oracle on random streams, of text and of bytes.',
  project: 'oracle',
  options: {
    runs: { about: 'streams of each kind', variable: 'EVENTWIRE_RUNS', standard: 100_000 },
    seed,
  },
});
