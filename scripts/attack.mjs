import { runSuite, seed } from './suite.mjs';

await runSuite({
  command: 'pnpm test:attack',
  about: 'attacks servers, channels and clients at random for as long as it is told.',
  project: 'attack',
  options: {
    seconds: { about: 'seconds for each attack', variable: 'EVENTWIRE_ATTACK_SECONDS', standard: 60 },
    seed,
  },
});
