import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectOptions, type ConnectUrl, connect } from '../src/index';

const url = 'http://localhost/events';
const fetch = () => new Promise<Response>(() => {});

/** The refusal of these options; undefined if they are accepted. */
function refusalOf(options: unknown, target: unknown = url) {
  try {
    connect(target as ConnectUrl, { fetch, ...(options as ConnectOptions) }).close();
  } catch (error) {
    return error as TypeError & { code: string; option: string };
  }
  return undefined;
}

describe('an unknown option', () => {
  it.each([
    ['onMessage', '`onEvent`'],
    ['onmessage', '`onEvent`'],
    ['onopen', '`onOpen`'],
    ['onclose', '`onClose`'],
    ['onerror', '`onReconnect` or `onClose`'],
    ['onError', '`onReconnect` or `onClose`'],
    ['withCredentials', '`credentials`'],
    ['heartbeatTimeout', '`idleTimeout`'],
    ['openWhenHidden', '`visibility`'],
    ['maxRetries', '`reconnect`'],
    ['header', '`headers`'],
    ['lastEventID', '`lastEventId`'],
  ])('%s is refused with the name that was meant: %s', (name, meant) => {
    const refusal = refusalOf({ [name]: 1 });
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal).toMatchObject({
      code: 'INVALID_OPTION',
      option: name,
      message: `Unknown option \`${name}\`: did you mean ${meant}?`,
    });
  });

  it.each([
    ['maxRetries', 'maxAttempts'],
    ['retries', 'maxAttempts'],
    ['initialdelay', 'initialDelay'],
  ])('of the reconnection, %s, is refused with the name that was meant: %s', (name, meant) => {
    const message = `Unknown option \`reconnect.${name}\`: did you mean \`reconnect.${meant}\`?`;
    expect(refusalOf({ reconnect: { [name]: 1 } })?.message).toBe(message);
  });

  it('is refused with all known names where none is near', () => {
    expect(refusalOf({ zzzzzzzz: 1 })?.message).toMatch(
      /^Unknown option `zzzzzzzz`: known are `fetch`, .*`random`$/,
    );
  });

  it('is absent if it is undefined', () => {
    expect(refusalOf({ unheardOf: undefined, reconnect: { unheardOf: undefined } })).toBeUndefined();
  });
});

describe('a refusal says what the option may be', () => {
  it.each<[string, unknown]>([
    ["Invalid option `visibility`: expected 'keep' or 'pause', got 'hidden'", { visibility: 'hidden' }],
    ['Invalid option `onEvent`: expected a function, got an object', { onEvent: {} }],
    [
      "Invalid option `redirect`: expected 'follow' or 'forward' or 'error' or a function, got 7",
      { redirect: 7 },
    ],
    ["Invalid option `body`: expected a `method` that sends it, such as 'POST', got 'GET'", { body: 'x' }],
    [
      'Invalid option `reconnect.minDelay`: expected at most `maxServerDelay`, 5, got 9',
      { reconnect: { minDelay: 9, maxServerDelay: 5 } },
    ],
    [
      'Invalid option `reconnect.initialDelay`: expected finite milliseconds, at least 0, got Infinity',
      { reconnect: { initialDelay: Infinity } },
    ],
    [
      'Invalid option `schema`: expected an object with a Standard Schema for each event type, got an object',
      { schema: { tick: {} } },
    ],
  ])('%s', (message, options) => {
    expect(refusalOf(options)?.message).toBe(message);
  });

  it.each<[string, unknown, unknown]>([
    ['url', {}, '/events?token=top-secret'],
    ['headers', { headers: { authorization: 'a\ntop-secret' } }, url],
    ['body', { method: 'POST', body: { password: 'top-secret' } }, url],
  ])('but never shows a value of %s', (option, options, target) => {
    const refusal = refusalOf(options, target);
    expect(refusal).toMatchObject({ code: 'INVALID_OPTION', option });
    expect(refusal?.message).not.toContain('top-secret');
  });
});

describe('an accepted option', () => {
  it('may be null, which counts as absent', () => {
    const absent = {
      signal: null,
      clock: null,
      reconnect: null,
      connectTimeout: null,
      maxQueuedEvents: null,
    };
    expect(refusalOf(absent)).toBeUndefined();
    const stream = connect(url, { fetch, reconnect: { initialDelay: null as never } });
    stream.close();
    expect(stream.reconnectionTime).toBe(1000);
  });

  it('may be a fraction, or without end, where it is a time', () => {
    const options = { connectTimeout: 1.5, idleTimeout: Infinity, maxEventSize: Infinity };
    expect(refusalOf({ ...options, reconnect: { maxElapsed: Infinity, jitter: 0.5 } })).toBeUndefined();
  });

  it('may be a function that is a Standard Schema, as arktype makes them', () => {
    const schema = Object.assign(() => {}, { '~standard': { validate: () => ({ value: 1 }) } });
    expect(refusalOf({ schema: { tick: schema } })).toBeUndefined();
  });
});

it('a runtime without fetch is told at the call', () => {
  vi.stubGlobal('fetch', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(refusalOf({ fetch: undefined })).toMatchObject({
    code: 'INVALID_OPTION',
    option: 'fetch',
    message: 'Invalid option `fetch`: expected a function, since this runtime has no fetch',
  });
});

it('a function whose result cannot be sent is told by the name of the option', async () => {
  const { error } = await connect(() => '/events?token=top-secret', { fetch }).closed;
  expect(error).toMatchObject({
    code: 'INVALID_REQUEST',
    message:
      'The request cannot be sent: Invalid option `url`: expected an absolute http(s) URL, ' +
      'with credentials in `headers` alone',
  });
});
