import { runSuite } from './suite.mjs';

await runSuite({
  command: 'pnpm test:memory',
  about: 'what a channel’s process holds where one subscriber in ten never reads, for each policy.',
  project: 'memory',
  options: {
    subscribers: {
      about: 'subscribers of the channel',
      variable: 'EVENTWIRE_SUBSCRIBERS',
      standard: 1000,
      least: 10,
      multipleOf: 10,
    },
  },
});
