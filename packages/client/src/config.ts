import {
  checkOptions,
  type Expectation,
  hasMethods,
  invalidOption,
  is,
  isAbortSignal,
  isFunction,
  isInteger,
  isNumber,
  isObject,
  isString,
  type OptionRules,
  oneOf,
  optional,
  present,
  refusal,
} from '@eventwire/options';
import type { ConnectOptions, ConnectUrl } from './options';
import { type Clock, guardClock, systemClock } from './reconnect/clock';
import { createPolicy, type Policy } from './reconnect/policy';
import { isStream, readBody } from './request/body';
import { readHeaders } from './request/headers';
import { isMethod, sendsBody } from './request/method';
import { readUrl } from './request/url';

/** The options of one stream, checked, with their defaults. */
export interface Config extends Omit<ConnectOptions<never>, 'reconnect'> {
  readonly url: ConnectUrl;
  readonly method: NonNullable<ConnectOptions['method']>;
  readonly lastEventId: string;
  readonly connectTimeout: number | false;
  readonly clock: Clock;
  readonly reconnects: boolean;
  /** Whether a stream that has been opened is requested again by any method. */
  readonly repeatsUnsafe: boolean;
  readonly policy: Policy;
  /** False once it has turned out that this fetch follows redirections by itself. */
  manualRedirect: boolean;
}

const orFunction = ({ expected, accepts }: Expectation): Expectation =>
  is(`${expected} or a function`, (value) => typeof value === 'function' || accepts(value));

/** For values that have a check of their own below, because they may be secret. */
const unchecked = is('', () => true);

const isTimeout = optional(isNumber(1, Infinity, 'milliseconds (at least 1)'), false);

const RULES: OptionRules<ConnectOptions<never>> = {
  fetch: isFunction,
  method: orFunction(is('an HTTP method', isMethod)),
  body: unchecked,
  headers: unchecked,
  signal: isAbortSignal,
  credentials: oneOf('omit', 'same-origin', 'include'),
  lastEventId: isString,
  lastEventIdParam: is(
    'the name of a query parameter',
    (value) => typeof value === 'string' && value.length > 0,
  ),
  reconnect: optional(is('an object', isObject), false),
  shouldReconnect: isFunction,
  refresh: isFunction,
  redirect: orFunction(oneOf('follow', 'forward', 'error')),
  connectTimeout: isTimeout,
  idleTimeout: isTimeout,
  maxEventSize: optional(isInteger(1), Infinity),
  maxQueuedEvents: isNumber(1, Infinity),
  onQueueFull: oneOf('pause', 'drop-oldest', 'close'),
  ack: is('true or false', (value) => typeof value === 'boolean'),
  decode: orFunction(oneOf('text', 'json')),
  schema: is('an object with a Standard Schema for each event type', (value) =>
    Object.values(isObject(value) ? value : [value]).every((schema) =>
      hasMethods(schema?.['~standard'], 'validate'),
    ),
  ),
  onInvalid: orFunction(oneOf('fail', 'skip')),
  visibility: oneOf('keep', 'pause'),
  terminal: isFunction,
  onEvent: isFunction,
  onOpen: isFunction,
  onComment: isFunction,
  onReconnect: isFunction,
  onGap: isFunction,
  onLagged: isFunction,
  onClose: isFunction,
  onTrace: isFunction,
  clock: is('an object with now(), setTimeout() and clearTimeout()', (value) =>
    hasMethods(value, 'now', 'setTimeout', 'clearTimeout'),
  ),
  random: isFunction,
};

/** Names of other libraries' options, and ours for the same. */
const HINTS = {
  onmessage: 'onEvent',
  onMessage: 'onEvent',
  onerror: ['onReconnect', 'onClose'],
  onError: ['onReconnect', 'onClose'],
  onConnect: 'onOpen',
  onDisconnect: 'onReconnect',
  withCredentials: 'credentials',
  heartbeatTimeout: 'idleTimeout',
  openWhenHidden: 'visibility',
  maxRetries: 'reconnect',
};

const DEFAULTS = { method: 'GET', lastEventId: '', connectTimeout: 30_000 };

/** @throws OptionError, so that a mistake shows where it was made */
export function createConfig(url: ConnectUrl, options: ConnectOptions<never>): Config {
  if (!isObject(options)) throw invalidOption('options', 'an object', { value: options });
  const given = present(options);
  checkOptions(given, RULES, { hints: HINTS });
  const { fetch = globalThis.fetch, headers, body, reconnect, clock } = given;
  const config = {
    ...DEFAULTS,
    ...given,
    url,
    clock: clock ? guardClock(clock) : systemClock,
    reconnects: reconnect !== false,
    repeatsUnsafe: isObject(reconnect),
    policy: createPolicy(reconnect || {}),
    manualRedirect: true,
  } as Config;
  if (!fetch) throw refusal('fetch', 'a function, since this runtime has no fetch');
  // Values are checked now. The result of a function can only be checked when it is called.
  if (typeof url !== 'function') readUrl(url);
  if (typeof headers !== 'function') readHeaders(headers);
  if (typeof body !== 'function') readBody(body);
  const { method } = config;
  if (body !== undefined && typeof method !== 'function' && !sendsBody(method))
    throw invalidOption('body', "a `method` that sends it, such as 'POST'", { value: method });
  if (config.reconnects && isStream(body))
    throw refusal('body', 'a function that makes the stream anew for every attempt');
  return config;
}
