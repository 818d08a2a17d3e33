import { clamp } from '../clamp';

/** The numbers of the reconnection policy; all times in ms. */
export interface Backoff {
  readonly initialDelay: number;
  readonly maxDelay: number;
  readonly minDelay: number;
  readonly maxServerDelay: number;
  readonly factor: number;
  readonly jitter: number;
}

/** Keeps what the server asks for (`retry`, `Retry-After`) within [minDelay, maxServerDelay]. */
export function clampServerDelay(ms: number, backoff: Backoff): number {
  return clamp(ms, backoff.minDelay, backoff.maxServerDelay);
}

/**
 * The delay before the next attempt, in ms: never sooner than the server asked for, and jittered backoff on top,
 * so that a thousand clients do not come back in the same instant.
 *
 * @param failures attempts since the stream was last healthy
 * @param random in [0, 1)
 */
export function reconnectionDelay(
  backoff: Backoff,
  failures: number,
  reconnectionTime: number,
  retryAfter: number | undefined,
  random: number,
): number {
  const server = retryAfter === undefined ? 0 : clampServerDelay(retryAfter, backoff);
  // 0 x Infinity is NaN: factor ** failures overflows after a thousand attempts.
  const growth = backoff.initialDelay * backoff.factor ** failures || 0;
  const spread = random * backoff.jitter * Math.min(backoff.maxDelay, growth);
  return Math.max(reconnectionTime, server) + spread;
}
