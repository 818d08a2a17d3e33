import { clamp } from '../clamp';
import type { Policy } from './policy';

/** The part of the policy that a delay is computed from. */
export type Backoff = Omit<Policy, 'maxAttempts' | 'maxElapsed' | 'resetAfter'>;

/** Keeps the server's wish (`retry`, `Retry-After`) within [minDelay, maxServerDelay]. */
export function clampServerDelay(ms: number, { minDelay, maxServerDelay }: Backoff): number {
  return clamp(ms, minDelay, maxServerDelay);
}

/**
 * The delay before the next attempt, in ms: never sooner than the server asked for, and jittered backoff on
 * top, so that a thousand clients do not come back in the same instant.
 *
 * @param failures attempts since the stream was last healthy
 * @param random in [0, 1]; anything else counts as the nearer of both, and no number as 0
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
  const spread = clamp(random || 0, 0, 1) * backoff.jitter * Math.min(backoff.maxDelay, growth);
  return Math.max(reconnectionTime, server) + spread;
}

/**
 * The delay after a response that ended cleanly, in ms: the reconnection time. Where no server has set it, at
 * most a third is added.
 *
 * @param random as above
 */
export const delayAfterEnd = (
  { jitter }: Backoff,
  reconnectionTime: number,
  isServers: boolean,
  random: number,
): number => reconnectionTime + (isServers ? 0 : (clamp(random || 0, 0, 1) * jitter * reconnectionTime) / 3);
