export type { RedisClientLike } from './redis-client';
export { createRedisLog } from './redis-log';
export { RedisLogError } from './redis-log-error';
export type { RedisLogOptions } from './redis-log-options';
export { createRedisRunStore, type RedisRunStoreOptions } from './redis-run-store';
export {
  createRedisSubscriptionStore,
  type RedisSubscriptionStore,
  type RedisSubscriptionStoreOptions,
} from './redis-subscription-store';
