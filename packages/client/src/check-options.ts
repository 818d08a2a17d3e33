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

/** Each number's default, least and most, and what it is a multiple of. */
type Limits = Record<string, [standard: number | undefined, min?: number, max?: number, step?: number]>;

const LIMITS: Limits = {
  connectTimeout: [30_000, 1, Infinity],
  idleTimeout: [undefined, 1, Infinity],
  maxEventSize: [undefined, 1, Infinity, 1],
  maxQueuedEvents: [undefined, 1, Infinity, 1],
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
  const given = options as Record<string, unknown>;
  for (const [names, types, pattern, words] of KINDS)
    for (const name of names.split(' ')) {
      const value = given[name];
      const fits = typeof value === 'string' && pattern && new RegExp(`^(${pattern})$`).test(value);
      const expected = words ?? `${pattern ?? ''} ${types && `a ${types}`}`;
      check(name, value === undefined || fits || types.split(' ').includes(typeof value), expected, value);
    }
  const { method = 'GET', headers, body, reconnect = {}, signal, clock = systemClock, schema = {} } = options;
  check('fetch', options.fetch ?? globalThis.fetch, 'given, as this runtime has none');
  check('signal', !signal || hasMethods(signal, 'addEventListener'), 'an AbortSignal', signal);
  check('clock', hasMethods(clock, 'now setTimeout clearTimeout'), 'a Clock', clock);
  check('schema', isObject(schema), 'an object', schema);
  for (const [type, one] of Object.entries(schema))
    check('schema', hasMethods(one?.['~standard'], 'validate'), `a Standard Schema for ${type}`, one);
  check('reconnect', reconnect === false || isObject(reconnect), 'an object or false', reconnect);
  const policy = numbers('reconnect.', POLICY, reconnect) as unknown as Policy;
  check(
    'reconnect.minDelay',
    policy.minDelay <= policy.maxServerDelay,
    'at most maxServerDelay',
    policy.minDelay,
  );

  // Values are checked now; what a function gives can only be checked when it is called.
  if (typeof url !== 'function') guard('url', () => resolveUrl(url));
  if (typeof headers !== 'function') guard('headers', () => copyHeaders(headers));
  if (typeof body !== 'function') guard('body', () => checkBody(body));
  const once = reconnect === false;
  check('body', (body ?? true) === true || !/^(get|head)$/i.test(method), `absent for ${method}: set method`);
  check('body', once || !isStream(body), 'a function that makes a stream, as it is sent again', body);
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
  for (const [name, [standard, min = 0, max = Number.MAX_SAFE_INTEGER, step]] of Object.entries(limits)) {
    const value = (given as typeof result)[name] ?? standard;
    result[name] = value;
    const fits = typeof value === 'number' && value >= min && value <= max && !(value % (step ?? NaN));
    check(
      prefix + name,
      value === undefined || (/Timeout/.test(name) && value === false) || fits,
      `${step ? 'a whole number' : 'a number'} from ${min} to ${max}${/Timeout/.test(name) ? ', or false' : ''}`,
      value,
    );
  }
  return result;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const hasMethods = (value: unknown, names: string) =>
  names.split(' ').every((name) => typeof Object(value)[name] === 'function');

function check(option: string, ok: unknown, expected: string, got?: unknown): void {
  if (!ok)
    throw invalidOption(option, `must be ${expected}, not ${isObject(got) ? 'an object' : String(got)}`);
}

function guard(option: string, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    throw invalidOption(option, reasonOf(error));
  }
}
