import type { Backoff } from './backoff';

/** The reconnection policy. */
export interface Policy extends Backoff {
  readonly maxAttempts: number;
  readonly maxElapsed: number; // ms
  readonly resetAfter: number; // ms
}
