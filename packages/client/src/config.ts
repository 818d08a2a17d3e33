import { type Clock, systemClock } from './clock';
import { InvalidOptionError } from './invalid-option-error';
import type { ConnectOptions, ConnectUrl, ReconnectOptions } from './options';
import { checkBody, copyHeaders, isStream, resolveUrl } from './request-parts';
import type { Policy } from './transition';

/** The options, checked and with their defaults. */
export interface Config extends Omit<ConnectOptions, 'reconnect'> {
  readonly url: ConnectUrl;
  readonly method: string;
  readonly lastEventId: string;
  readonly policy: Policy;
  readonly connectTimeout: number | false;
  readonly clock: Clock;
  readonly random: () => number;
}

const DEFAULT_CONNECT_TIMEOUT = 30_000;

/** Throws an error with code INVALID_OPTION, so that a mistake shows where it was made. */
export function readConfig(url: ConnectUrl, options: ConnectOptions): Config {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', `must be an object, got ${String(options)}.`);
  }
  checkFunctions(options);
  const method = options.method ?? 'GET';
  checkText('method', method, /^[!#$%&'*+\-.^_`|~\w]+$/, 'an HTTP method such as POST');
  checkText('lastEventId', options.lastEventId ?? '', /^/, 'a string');
  checkText('lastEventIdParam', options.lastEventIdParam ?? 'x', /./, 'the name of a query parameter');
  checkText('credentials', options.credentials ?? 'omit', /^(omit|same-origin|include)$/, 'as for fetch');
  checkSignal(options.signal);
  checkTimeout('connectTimeout', options.connectTimeout);
  checkTimeout('idleTimeout', options.idleTimeout);
  if (options.maxEventSize !== undefined) checkSize(options.maxEventSize);
  checkClock(options.clock);
  checkRequest(url, method, options);
  return {
    ...options,
    url,
    method,
    lastEventId: options.lastEventId ?? '',
    policy: readPolicy(options.reconnect),
    connectTimeout: options.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function readPolicy(options: ReconnectOptions | false | undefined): Policy {
  if (options !== undefined && options !== false && (typeof options !== 'object' || options === null)) {
    throw new InvalidOptionError('reconnect', `must be an object or false, got ${String(options)}.`);
  }
  const given = options || {};
  const policy = {
    enabled: options !== false,
    initialDelay: number('reconnect.initialDelay', given.initialDelay ?? 1000),
    maxDelay: number('reconnect.maxDelay', given.maxDelay ?? 30_000),
    minDelay: number('reconnect.minDelay', given.minDelay ?? 100),
    maxServerDelay: number('reconnect.maxServerDelay', given.maxServerDelay ?? 600_000),
    factor: number('reconnect.factor', given.factor ?? 2, 1),
    jitter: number('reconnect.jitter', given.jitter ?? 1, 0, 1),
    maxAttempts: number('reconnect.maxAttempts', given.maxAttempts ?? Infinity, 1, Infinity),
    maxElapsed: number('reconnect.maxElapsed', given.maxElapsed ?? Infinity, 0, Infinity),
    resetAfter: number('reconnect.resetAfter', given.resetAfter ?? 5000, 0, Infinity),
  };
  if (policy.minDelay > policy.maxServerDelay) {
    throw new InvalidOptionError(
      'reconnect.minDelay',
      `is ${policy.minDelay}, above reconnect.maxServerDelay, which is ${policy.maxServerDelay}.`,
    );
  }
  return policy;
}

function number(option: string, value: number, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  const range = max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new InvalidOptionError(option, `must be a number ${range}, got ${String(value)}.`);
}

function checkSize(maxEventSize: number): void {
  if (maxEventSize === Infinity || (Number.isSafeInteger(maxEventSize) && maxEventSize > 0)) return;
  throw new InvalidOptionError(
    'maxEventSize',
    `must be a positive integer or Infinity, got ${String(maxEventSize)}.`,
  );
}

function checkTimeout(option: string, value: number | false | undefined): void {
  if (value === undefined || value === false) return;
  number(option, value, 1, Infinity); // 0 would never connect: false is no timeout
}

function checkText(option: string, value: string, pattern: RegExp, expected: string): void {
  if (typeof value === 'string' && pattern.test(value)) return;
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value);
  throw new InvalidOptionError(option, `must be ${expected}, got ${got}.`);
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (typeof signal?.addEventListener === 'function' && typeof signal.aborted === 'boolean') return;
  throw new InvalidOptionError('signal', 'must be an AbortSignal, such as the signal of an AbortController.');
}

function checkClock(clock: Clock | undefined): void {
  if (clock === undefined) return;
  for (const name of ['now', 'setTimeout', 'clearTimeout'] as const) {
    if (typeof clock?.[name] !== 'function') {
      throw new InvalidOptionError('clock', `must have the method ${name}.`);
    }
  }
}

function checkFunctions(options: ConnectOptions): void {
  const {
    fetch,
    terminal,
    onEvent,
    onOpen,
    onComment,
    onReconnect,
    onGap,
    onLagged,
    onClose,
    onTrace,
    random,
  } = options;
  const functions = {
    fetch,
    terminal,
    onEvent,
    onOpen,
    onComment,
    onReconnect,
    onGap,
    onLagged,
    onClose,
    onTrace,
    random,
  };
  for (const [name, value] of Object.entries(functions)) {
    if (value !== undefined && typeof value !== 'function') {
      throw new InvalidOptionError(name, `must be a function, got ${String(value)}.`);
    }
  }
  if (fetch === undefined && typeof globalThis.fetch !== 'function') {
    throw new InvalidOptionError('fetch', 'is needed: this runtime has no fetch of its own.');
  }
}

/** Values are checked now; what a function gives can only be checked when it is called. */
function checkRequest(url: ConnectUrl, method: string, options: ConnectOptions): void {
  if (typeof url !== 'function') guard('url', () => resolveUrl(url));
  const { headers, body } = options;
  if (typeof headers !== 'function') guard('headers', () => copyHeaders(headers));
  if (body === undefined || body === null) return;
  if (/^(get|head)$/i.test(method)) {
    throw new InvalidOptionError('body', `cannot be sent with ${method}: set method, for instance to POST.`);
  }
  if (typeof body === 'function') return;
  guard('body', () => checkBody(body));
  if (isStream(body) && options.reconnect !== false) {
    throw new InvalidOptionError(
      'body',
      'is a stream, which can be sent only once: give a function that makes one for every attempt, or reconnect: false.',
    );
  }
}

function guard(option: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw new InvalidOptionError(option, error instanceof Error ? error.message : String(error));
  }
}
