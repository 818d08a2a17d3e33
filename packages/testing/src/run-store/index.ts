export type { TestApi } from '../event-log/test-api';
export { describeRunStore, type RunStoreFactory, type RunStoreVariants } from './describe-run-store';
