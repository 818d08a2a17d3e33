import { createParser } from '@eventwire/parser';
import { clamp } from './clamp';
import { invalidOption } from './invalid-option-error';
import type { ConnectOptions, ConnectUrl } from './options';
import { type Clock, guardClock, systemClock } from './reconnect/clock';
import type { Policy } from './reconnect/policy';
import { isStream, PARTS } from './request/request-parts';
import { reasonOf } from './user-callbacks';

/** The options, checked, with their defaults; the policy's numbers are among them. */
export interface Config extends Omit<ConnectOptions<never>, 'onEvent'>, Policy {
  readonly onEvent?: ((event: never) => unknown) | undefined;
  readonly url: ConnectUrl;
  readonly method: string;
  readonly lastEventId: string;
  readonly clock: Clock;
  /** False once it has turned out that this fetch follows redirections by itself. */
  manualRedirect: boolean;
}

type Values = Record<string, unknown>;

/**
 * Names, and what they may be: a pattern for strings, in which `a` and a `typeof` allows what is none; words for it
 * where it is none to read.
 */
const KINDS: [names: string, pattern: string, words?: string][] = [
  [
    'fetch shouldReconnect refresh terminal random onEvent onOpen onComment onReconnect onGap onLagged onClose onTrace',
    'a function',
  ],
  ['lastEventId', '[^]*', 'a string'],
  ['ack', 'a boolean'],
  ['credentials', 'omit|same-origin|include'],
  ['onQueueFull', 'pause|drop-oldest|close'],
  ['visibility', 'keep|pause'],
  ['redirect', 'follow|forward|error|a function'],
  ['decode', 'text|json|a function'],
  ['onInvalid', 'fail|skip|a function'],
  ['method', "[!#$%&'*+.^_`|~\\w-]+", 'an HTTP method'],
  ['lastEventIdParam', '[^]+', 'the name of a query parameter'],
];

/** Matches nothing, so that the words for a kind are no string that fits. */
const NEVER = '(?!)';

/** Each number's default, least and most, and what may stand for it. */
type Limits = Record<string, [standard: number | undefined, min?: number, max?: number, instead?: false]>;

const LIMITS: Limits = {
  // 0 would never connect: false is no timeout.
  connectTimeout: [30_000, 1, Infinity, false],
  idleTimeout: [undefined, 1, Infinity, false],
  maxQueuedEvents: [undefined, 1, Infinity],
};

const POLICY: Limits = {
  initialDelay: [1000],
  maxDelay: [30_000],
  minDelay: [100],
  maxServerDelay: [600_000],
  factor: [2, 1],
  jitter: [1, 0, 1],
  maxAttempts: [Infinity, 1, Infinity],
  maxElapsed: [Infinity, 0, Infinity],
  resetAfter: [5000, 0, Infinity],
};

/** Throws an error with code INVALID_OPTION, so that a mistake shows where it was made. */
export function checkOptions(url: ConnectUrl, options: ConnectOptions<never>): Config {
  check('options', isObject(options), 'an object', options);
  const values = { ...options, url } as Values;
  for (const [names, pattern, words = pattern] of KINDS)
    for (const name of names.split(' ')) {
      const value = values[name];
      const fits =
        typeof value === 'string'
          ? new RegExp(`^(${pattern.replace(/a \w+/, NEVER)})$`).test(value)
          : value === undefined || pattern.includes(`a ${typeof value}`);
      check(name, fits, words, value);
    }
  const { method = 'GET', body, reconnect = {}, signal, clock, schema = {} } = options;
  const { fetch = globalThis.fetch } = options;
  check('fetch', fetch, 'given', fetch);
  check(
    'signal',
    !signal || hasMethods(signal, 'addEventListener removeEventListener'),
    'an AbortSignal',
    signal,
  );
  check('clock', !clock || hasMethods(clock, 'now setTimeout clearTimeout'), 'a Clock', clock);
  for (const [type, one] of Object.entries(schema))
    check('schema', hasMethods(one?.['~standard'], 'validate'), `a Standard Schema for ${type}`, one);
  check('reconnect', !reconnect || isObject(reconnect), 'an object or false', reconnect);
  for (const [prefix, given, limits] of [
    ['', values, LIMITS],
    ['reconnect.', reconnect as Values, POLICY],
  ] as const)
    for (const [name, [standard, min = 0, max = 2 ** 53, instead]] of Object.entries(limits)) {
      const value = given[name] ?? standard;
      const fits =
        value === standard ||
        value === instead ||
        (typeof value === 'number' && clamp(value, min, max) === value);
      check(prefix + name, fits, `from ${min} to ${max}${instead === false ? ' or false' : ''}`, value);
      values[name] = value;
    }
  const { minDelay, maxServerDelay } = values as unknown as Policy;
  check('reconnect.minDelay', minDelay <= maxServerDelay, 'at most maxServerDelay', minDelay);

  // Values are checked now; what a function gives can only be checked when it is called.
  const parts = { ...PARTS, maxEventSize: (maxEventSize?: number) => createParser({}, { maxEventSize }) };
  for (const [name, test] of Object.entries(parts)) {
    try {
      if (typeof values[name] !== 'function') test(values[name] as never);
    } catch (error) {
      throw invalidOption(name, reasonOf(error));
    }
  }
  const hasBody = body !== undefined && body !== null;
  check('body', !hasBody || !/^(get|head)$/i.test(method), 'sent by another method', method);
  check('body', !reconnect || !isStream(body), 'a function that makes the stream anew', body);
  const { lastEventId = '' } = options;
  return {
    ...values,
    method,
    clock: clock ? guardClock(clock) : systemClock,
    lastEventId,
    manualRedirect: true,
  } as Config;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const hasMethods = (value: unknown, names: string) =>
  names.split(' ').every((name) => typeof Object(value)[name] === 'function');

function check(option: string, ok: unknown, expected: string, got: unknown): void {
  if (ok) return;
  const given = typeof got === 'string' ? JSON.stringify(got) : isObject(got) ? 'an object' : String(got);
  throw invalidOption(option, `must be ${expected}, not ${given}`);
}
