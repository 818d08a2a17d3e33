import { createParser } from '@eventwire/parser';
import { type Clock, systemClock } from './clock';
import { invalidOption } from './invalid-option-error';
import type { ConnectOptions, ConnectUrl } from './options';
import type { Policy } from './policy';
import { checkBody, copyHeaders, isStream, resolveUrl } from './request-parts';
import { reasonOf } from './user-code';

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

/** Names, what `typeof` may say of them, the strings that they may be besides, and words for those. */
const KINDS: [names: string, types: string, pattern?: string, words?: string][] = [
  [
    'fetch shouldReconnect refresh terminal random onEvent onOpen onComment onReconnect onGap onLagged onClose onTrace',
    'function',
  ],
  ['lastEventId', 'string'],
  ['ack', 'boolean'],
  ['headers', 'object or function'],
  ['credentials', '', 'omit|same-origin|include'],
  ['onQueueFull', '', 'pause|drop-oldest|close'],
  ['visibility', '', 'keep|pause'],
  ['redirect', 'function', 'follow|forward|error'],
  ['decode', 'function', 'text|json'],
  ['onInvalid', 'function', 'fail|skip'],
  ['method', '', "[!#$%&'*+.^_`|~\\w-]+", 'an HTTP method'],
  ['lastEventIdParam', '', '[^]+', 'the name of a query parameter'],
];

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
  for (const [names, types, pattern, words] of KINDS)
    for (const name of names.split(' ')) {
      const value = (options as Record<string, unknown>)[name];
      const fits = typeof value === 'string' && pattern && new RegExp(`^(${pattern})$`).test(value);
      const isKind = value === undefined || types.includes(typeof value);
      check(name, fits || isKind, words ?? `${types} ${pattern ?? ''}`, value);
    }
  const { method = 'GET', headers, body, reconnect = {}, signal, clock = systemClock, schema = {} } = options;
  check('fetch', options.fetch ?? globalThis.fetch, 'given: this runtime has none');
  check('signal', !signal || hasMethods(signal, 'addEventListener'), 'an AbortSignal', signal);
  check('clock', hasMethods(clock, 'now setTimeout clearTimeout'), 'a Clock', clock);
  for (const [type, one] of Object.entries(schema))
    check('schema', hasMethods(one?.['~standard'], 'validate'), `a Standard Schema for ${type}`, one);
  check('reconnect', !reconnect || isObject(reconnect), 'an object or false', reconnect);
  const policy = numbers('reconnect.', POLICY, reconnect) as unknown as Policy;
  const { minDelay, maxServerDelay } = policy;
  check('reconnect.minDelay', minDelay <= maxServerDelay, 'at most maxServerDelay', minDelay);

  // Values are checked now; what a function gives can only be checked when it is called.
  const parts: [string, unknown, (value: never) => unknown][] = [
    ['url', url, resolveUrl],
    ['headers', headers, copyHeaders],
    ['body', body, checkBody],
    ['maxEventSize', options.maxEventSize, (maxEventSize) => createParser({}, { maxEventSize })],
  ];
  for (const [name, value, test] of parts) {
    try {
      if (typeof value !== 'function') test(value as never);
    } catch (error) {
      throw invalidOption(name, reasonOf(error));
    }
  }
  check(
    'body',
    (body ?? true) === true || !/^(get|head)$/i.test(method),
    `sent by another method than ${method}`,
  );
  check('body', !reconnect || !isStream(body), 'made by a function, as a stream can be sent only once');
  return {
    ...options,
    ...numbers('', LIMITS, options),
    ...policy,
    url,
    method,
    clock,
    lastEventId: options.lastEventId ?? '',
    manualRedirect: true,
  };
}

function numbers(
  prefix: string,
  limits: Limits,
  given: object | false,
): Record<string, number | false | undefined> {
  const result: Record<string, number | false | undefined> = {};
  for (const [name, [standard, min = 0, max = 2 ** 53, instead]] of Object.entries(limits)) {
    const value = (given as typeof result)[name] ?? standard;
    result[name] = value;
    check(
      prefix + name,
      value === standard || value === instead || (typeof value === 'number' && value >= min && value <= max),
      `from ${min} to ${max}${instead === false ? ' or false' : ''}`,
      value,
    );
  }
  return result;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const hasMethods = (value: unknown, names: string) =>
  names.split(' ').every((name) => typeof Object(value)[name] === 'function');

function check(option: string, ok: unknown, expected: string, got: unknown = ''): void {
  if (!ok)
    throw invalidOption(
      option,
      `must be ${expected}${got === '' ? '' : `, not ${isObject(got) ? 'an object' : String(got)}`}`,
    );
}
