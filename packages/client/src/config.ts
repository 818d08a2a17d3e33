import { type Clock, systemClock } from './clock';
import { InvalidOptionError } from './invalid-option-error';
import type { ConnectOptions, ConnectUrl, ReconnectOptions } from './options';
import type { Policy } from './policy';
import { checkBody, copyHeaders, isStream, resolveUrl } from './request-parts';
import { reasonOf } from './user-code';

/** The options, checked and with their defaults. */
export interface Config extends Omit<ConnectOptions<never>, 'reconnect' | 'onEvent'> {
  readonly onEvent?: ((event: never) => unknown) | undefined;
  readonly url: ConnectUrl;
  readonly method: string;
  readonly lastEventId: string;
  readonly policy: Policy;
  readonly connectTimeout: number | false;
  readonly clock: Clock;
  readonly random: () => number;
  /** False once it has turned out that this fetch follows redirections by itself. */
  manualRedirect: boolean;
}

/** Each number's default, least and most. */
const RECONNECT: Record<Exclude<keyof Policy, 'enabled'>, [number, number?, number?]> = {
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
export function readConfig(url: ConnectUrl, options: ConnectOptions<never>): Config {
  check('options', isObject(options), 'an object', options);
  const each = (names: string, test: (value: unknown) => unknown, expected: string) => {
    for (const name of names.split(' ')) {
      const value = (options as Record<string, unknown>)[name];
      check(name, value === undefined || test(value), expected, value);
    }
  };
  const choice = (name: string, choices: string, other?: typeof isFunction) =>
    each(
      name,
      (value) => choices.split(' ').includes(value as string) || other?.(value),
      `one of ${choices}${other ? ' or a function' : ''}`,
    );
  each(
    'shouldReconnect refresh terminal onEvent onOpen onComment onReconnect onGap onLagged onClose onTrace random',
    isFunction,
    'a function',
  );
  each('lastEventId', (value) => typeof value === 'string', 'a string');
  each('ack', (value) => typeof value === 'boolean', 'true or false');
  choice('credentials', 'omit same-origin include');
  choice('onQueueFull', 'pause drop-oldest close');
  choice('visibility', 'keep pause');
  choice('redirect', 'follow forward error', isFunction);
  choice('decode', 'text json', isFunction);
  choice('onInvalid', 'fail skip', isFunction);
  const { method = 'GET', fetch = globalThis.fetch, connectTimeout = 30_000, clock = systemClock } = options;
  check('fetch', isFunction(fetch), 'a function, as this runtime has no fetch of its own', fetch);
  check(
    'method',
    typeof method === 'string' && /^[!#$%&'*+\-.^_`|~\w]+$/.test(method),
    'an HTTP method',
    method,
  );
  each(
    'lastEventIdParam',
    (value) => typeof value === 'string' && value !== '',
    'the name of a query parameter',
  );
  each('signal', hasMethods('addEventListener'), 'an AbortSignal');
  each('clock', hasMethods('now setTimeout clearTimeout'), 'a Clock with now, setTimeout and clearTimeout');
  // 0 would never connect: false is no timeout.
  each(
    'connectTimeout idleTimeout',
    (value) => value === false || inRange(value, 1, Infinity),
    'at least 1 ms, or false',
  );
  each(
    'maxEventSize maxQueuedEvents',
    (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) > 0),
    'a positive integer or Infinity',
  );
  each(
    'schema',
    (value) => isObject(value) && Object.values(value).every((schema) => schema?.['~standard']?.validate),
    'an object with a Standard Schema for each event type',
  );
  checkRequest(url, method, options);
  return {
    ...options,
    url,
    method,
    lastEventId: options.lastEventId ?? '',
    policy: readPolicy(options.reconnect),
    connectTimeout,
    clock,
    random: options.random ?? Math.random,
    manualRedirect: true,
  };
}

function readPolicy(options: ReconnectOptions | false = {}): Policy {
  check('reconnect', options === false || isObject(options), 'an object or false', options);
  const given = options || {};
  const policy = { enabled: options !== false } as { -readonly [Name in keyof Policy]: Policy[Name] };
  for (const [key, [standard, min = 0, max = Number.MAX_SAFE_INTEGER]] of Object.entries(RECONNECT)) {
    const name = key as keyof typeof RECONNECT;
    policy[name] = given[name] ?? standard;
    check(
      `reconnect.${name}`,
      inRange(policy[name], min, max),
      `a number from ${min} to ${max}`,
      policy[name],
    );
  }
  const { minDelay, maxServerDelay } = policy;
  check(
    'reconnect.minDelay',
    minDelay <= maxServerDelay,
    `at most maxServerDelay, ${maxServerDelay}`,
    minDelay,
  );
  return policy;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isFunction = (value: unknown) => typeof value === 'function';

const inRange = (value: unknown, min: number, max: number) =>
  typeof value === 'number' && value >= min && value <= max;

const hasMethods = (names: string) => (value: unknown) =>
  isObject(value) && names.split(' ').every((name) => isFunction((value as Record<string, unknown>)[name]));

function check(option: string, ok: unknown, expected: string, got: unknown): void {
  if (ok) return;
  throw new InvalidOptionError(
    option,
    `must be ${expected}, got ${typeof got === 'string' ? JSON.stringify(got) : String(got)}.`,
  );
}

/** Values are checked now; what a function gives can only be checked when it is called. */
function checkRequest(
  url: ConnectUrl,
  method: string,
  { headers, body, reconnect }: ConnectOptions<never>,
): void {
  if (typeof url !== 'function') guard('url', () => resolveUrl(url));
  if (typeof headers !== 'function') guard('headers', () => copyHeaders(headers));
  if (body === undefined || body === null) return;
  check('body', !/^(get|head)$/i.test(method), 'absent, or method for instance POST', method);
  if (typeof body === 'function') return;
  guard('body', () => checkBody(body));
  check(
    'body',
    !isStream(body) || reconnect === false,
    'sent again: give a function that makes a stream, or reconnect: false',
    'a stream',
  );
}

function guard(option: string, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    throw new InvalidOptionError(option, reasonOf(error));
  }
}
