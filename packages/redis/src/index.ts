export type { RedisClientLike } from './redis-client';
export { createRedisLog } from './redis-log';
export { RedisLogError } from './redis-log-error';
export type { RedisLogOptions } from './redis-log-options';
export {
  createRedisSubscriptionStore,
  type RedisSubscriptionStore,
  type RedisSubscriptionStoreOptions,
} from './redis-subscription-store';
