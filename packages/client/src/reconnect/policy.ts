import { checkOptions, invalidOption, isNumber, type OptionRules, present } from '@eventwire/options';

/** When to come back. All times in ms. */
export interface ReconnectOptions {
  /**
   * The reconnection time until the server sets one, and the base of the backoff.
   *
   * @default 1000
   */
  initialDelay?: number | undefined;
  /**
   * The most that backoff adds.
   *
   * @default 30_000
   */
  maxDelay?: number | undefined;
  /**
   * The least that the server can ask for.
   *
   * @default 100
   */
  minDelay?: number | undefined;
  /**
   * The most that the server can ask for, by `retry` or `Retry-After`.
   *
   * @default 600_000
   */
  maxServerDelay?: number | undefined;
  /**
   * How backoff grows with each attempt, at least 1.
   *
   * @default 2
   */
  factor?: number | undefined;
  /**
   * How much of the backoff is random, from 0 (no backoff is added) to 1.
   *
   * @default 1
   */
  jitter?: number | undefined;
  /**
   * Attempts in a row that may end before the stream was healthy.
   *
   * @default Infinity
   */
  maxAttempts?: number | undefined;
  /**
   * How long the stream may stay unhealthy.
   *
   * @default Infinity
   */
  maxElapsed?: number | undefined;
  /**
   * How long a connection has to stay open to count as healthy.
   *
   * @default 5000
   */
  resetAfter?: number | undefined;
}

/** The reconnection policy: every option with its value. */
export type Policy = { readonly [Name in keyof ReconnectOptions]-?: number };

const DEFAULT_POLICY: Policy = {
  initialDelay: 1000,
  maxDelay: 30_000,
  minDelay: 100,
  maxServerDelay: 600_000,
  factor: 2,
  jitter: 1,
  maxAttempts: Infinity,
  maxElapsed: Infinity,
  resetAfter: 5000,
};

const isDelay = isNumber(0, Number.MAX_SAFE_INTEGER, 'finite milliseconds, at least 0');
const isLimit = isNumber(0, Infinity, 'milliseconds, at least 0');

const RULES: OptionRules<ReconnectOptions> = {
  initialDelay: isDelay,
  maxDelay: isDelay,
  minDelay: isDelay,
  maxServerDelay: isDelay,
  factor: isNumber(1, Number.MAX_SAFE_INTEGER),
  jitter: isNumber(0, 1),
  maxAttempts: isNumber(1, Infinity),
  maxElapsed: isLimit,
  resetAfter: isLimit,
};

/** Names of other libraries' options, and ours for the same. */
const HINTS = {
  retries: 'maxAttempts',
  maxRetries: 'maxAttempts',
  delay: 'initialDelay',
};

/** @throws OptionError */
export function createPolicy(options: ReconnectOptions): Policy {
  const given = present(options);
  checkOptions(given, RULES, { prefix: 'reconnect.', hints: HINTS });
  const policy: Policy = { ...DEFAULT_POLICY, ...(given as Partial<Policy>) };
  const { minDelay, maxServerDelay } = policy;
  if (minDelay > maxServerDelay)
    throw invalidOption('reconnect.minDelay', `at most \`maxServerDelay\`, ${maxServerDelay}`, {
      value: minDelay,
    });
  return policy;
}
