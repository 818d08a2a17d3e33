import { type Expectation, hasMethods, is } from '@eventwire/options';

/** Whether it is what the adapters for other libraries take. */
export const isRuns: Expectation = is('the result of createRuns()', (value) =>
  hasMethods(value, 'start', 'read', 'stop', 'state', 'delete'),
);
