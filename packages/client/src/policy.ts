import type { Backoff } from './backoff';

/** The reconnection policy; `enabled: false` is one attempt only. */
export interface Policy extends Backoff {
  readonly enabled: boolean;
  readonly maxAttempts: number;
  readonly maxElapsed: number; // ms
  readonly resetAfter: number; // ms
}
