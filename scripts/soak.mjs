import { runSuite, seed } from './suite.mjs';

await runSuite({
  command: 'pnpm test:soak',
  about:
    'the chaos for minutes, with a look at memory and handles every few seconds; and clients that come to a server and go, with its memory before and after.',
  project: 'soak',
  options: {
    minutes: { about: 'minutes of chaos', variable: 'EVENTWIRE_MINUTES', standard: 10 },
    clients: { about: 'clients that come and go', variable: 'EVENTWIRE_ARRIVALS', standard: 10_000 },
    seed,
  },
});
