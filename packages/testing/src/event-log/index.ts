export { describeEventLog, type EventLogFactory } from './describe-event-log';
export type { TestApi } from './test-api';
