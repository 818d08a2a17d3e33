/*
 * The scripts of createRedisSubscriptionStore. It keeps a sorted set of processes by the time at which their
 * leases run out, and a hash of entries for each. Time is Redis's, since the clocks of processes differ.
 */

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;
/** Ms for which the entries of a process are kept that is no longer heard of, and that no other has taken over. */
const MEMORY = 24 * 60 * 60 * 1000;

/** KEYS: the leases, the process's entries. ARGV: the process, the lease in ms, then ids and texts in turn. */
export const ADD = `${NOW}
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[2], ${MEMORY})
return 1
`;

/** KEYS: the process's entries. ARGV: ids. */
export const REMOVE = `
for i = 1, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
return 1
`;

/** KEYS: the leases. Gives the processes that live. */
export const LIVE = `${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
`;

/** KEYS: a process's entries. Gives their texts. */
export const LIST = `return redis.call('HVALS', KEYS[1])`;

/**
 * KEYS: the leases, the process's entries, which are kept on. ARGV: the process, the lease in ms. Gives 1 if the
 * process counted as living, else 0; then the processes whose leases have run out.
 */
export const RENEW = `${NOW}
local there = redis.call('ZSCORE', KEYS[1], ARGV[1]) and '1' or '0'
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[2], ${MEMORY})
return {there, unpack(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100))}
`;

/**
 * Takes the entries of a process away, for one caller alone. KEYS: the leases, the process's entries. ARGV: the
 * process; \`expired\` if only a lease that has run out counts. Gives the texts.
 */
export const TAKE = `${NOW}
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not expiry or (ARGV[2] == 'expired' and tonumber(expiry) > now) then return {} end
local texts = redis.call('HVALS', KEYS[2])
redis.call('DEL', KEYS[2])
redis.call('ZREM', KEYS[1], ARGV[1])
return texts
`;
