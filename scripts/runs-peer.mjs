import { runSuite } from './suite.mjs';

await runSuite({
  command: 'pnpm test:runs-peer',
  about: 'the same streams and faults by resumable-stream and by our runs, on one Redis. It prints both.',
  project: 'runs-peer',
  programs: ['redis'],
  options: {
    pieces: {
      about: 'pieces of a text',
      variable: 'EVENTWIRE_PIECES',
      standard: 2000,
      least: 10,
      multipleOf: 10,
    },
    readers: { about: 'readers of each', variable: 'EVENTWIRE_READERS', standard: 20 },
    lease: { about: 'milliseconds of a lease of our runs', variable: 'EVENTWIRE_LEASE', standard: 15_000 },
    patience: {
      about: 'seconds that a reader may wait for an end',
      variable: 'EVENTWIRE_PATIENCE',
      standard: 45,
    },
  },
});
