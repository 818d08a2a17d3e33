import { describe, expect, it } from 'vitest';
import { type ConnectOptions, connect } from '../../src/index';
import { scriptedFetch, settle, VirtualClock } from '../helpers/script';

function follow(options: ConnectOptions) {
  const script = scriptedFetch();
  const clock = new VirtualClock();
  const told: string[] = [];
  const stream = connect('http://localhost/', {
    fetch: script.fetch,
    clock,
    random: () => 0,
    onEvent: () => {},
    onTrace: ({ type }) => told.push(type),
    ...options,
  });
  return { ...script, clock, stream, told, answer: (_result: unknown) => {} };
}

type Followed = ReturnType<typeof follow>;
type Act = (followed: Followed) => unknown;

const connecting: Act = () => {};
const open: Act = ({ call }) => call(-1).open();
const waiting: Act = ({ call }) => call(-1).fail('reset');
const closed: Act = ({ stream }) => stream.close();
const breaks: Act = ({ call }) => (call(-1).responded ? call(-1).cut() : call(-1).fail('reset'));
const ends: Act = ({ call }) => call(-1).end();
const status =
  (code: number): Act =>
  ({ call }) =>
    call(-1).refuse(code);
const close: Act = ({ stream }) => stream.close();
const reconnect: Act = ({ stream }) => stream.reconnect();
const retry =
  (ms: number): Act =>
  ({ call }) =>
    call(-1).send(`retry: ${ms}\n`);
const terminal: Act = ({ call }) => call(-1).send('data: [DONE]\n\n');
const after =
  (ms: number): Act =>
  ({ clock }) =>
    clock.advance(ms);
const due = after(1000);
const once: ConnectOptions = { reconnect: false };

/** A body that does not heed that it is cancelled. */
const openDeaf: Act = (followed) => {
  const reader = {
    read: () =>
      new Promise((resolve) => {
        followed.answer = resolve;
      }),
    cancel: () => Promise.resolve(),
  };
  const response = new Response(null, { headers: { 'content-type': 'text/event-stream' } });
  Object.defineProperty(response, 'body', { value: { getReader: () => reader } });
  followed.call(-1).resolve(response);
};
const late =
  (result: { done: boolean; value?: Uint8Array }): Act =>
  ({ answer }) =>
    answer(result);
const RETRY = { done: false, value: new TextEncoder().encode('retry: 5\n') };

/** state x happening -> the next state, the number of requests, and what is told of it */
const table: [string, Act[], ConnectOptions, string, number, string[]][] = [
  ['connecting opens', [connecting, open], {}, 'open', 1, ['open']],
  ['connecting breaks', [connecting, breaks], {}, 'waiting', 1, ['waiting']],
  ['connecting, 503', [connecting, status(503)], {}, 'waiting', 1, ['waiting']],
  ['connecting, 404', [connecting, status(404)], {}, 'failed', 1, ['closed']],
  ['connecting, close', [connecting, close], {}, 'closed', 1, ['closed']],
  ['connecting, reconnect', [connecting, reconnect], {}, 'connecting', 2, ['connecting']],
  ['open ends', [open, ends], {}, 'waiting', 1, ['waiting']],
  ['open breaks', [open, breaks], {}, 'waiting', 1, ['waiting']],
  ['open, close', [open, close], {}, 'closed', 1, ['closed']],
  ['open, reconnect', [open, reconnect], {}, 'connecting', 2, ['connecting']],
  ['open, retry', [open, retry(500)], {}, 'open', 1, ['reconnection-time']],
  ['open, the same retry', [open, retry(1000)], {}, 'open', 1, []],
  ['open, terminal', [open, terminal], {}, 'terminal', 1, ['closed']],
  ['waiting, due', [waiting, due], {}, 'connecting', 2, ['connecting']],
  ['waiting, reconnect', [waiting, reconnect], {}, 'connecting', 2, ['connecting']],
  ['waiting, close', [waiting, close], {}, 'closed', 1, ['closed']],
  ['one attempt, ends', [open, ends], once, 'ended', 1, ['closed']],
  ['one attempt, breaks', [open, breaks], once, 'cut', 1, ['closed']],
  ['one attempt, never open', [connecting, breaks], once, 'failed', 1, ['closed']],
  ['one attempt, 503', [connecting, status(503)], once, 'failed', 1, ['closed']],
  ['attempts used up', [waiting, due, breaks], { reconnect: { maxAttempts: 2 } }, 'exhausted', 2, ['closed']],
  ['attempts left', [waiting, due, breaks], { reconnect: { maxAttempts: 3 } }, 'waiting', 2, ['waiting']],
  ['time used up', [waiting, due, breaks], { reconnect: { maxElapsed: 1999 } }, 'exhausted', 2, ['closed']],
  ['time left', [waiting, due, breaks], { reconnect: { maxElapsed: 2000 } }, 'waiting', 2, ['waiting']],
  [
    'time from the last health',
    [open, after(9000), breaks],
    { reconnect: { maxElapsed: 1500 } },
    'waiting',
    1,
    ['waiting'],
  ],
  [
    'healthy for resetAfter',
    [open, after(200), breaks],
    { reconnect: { maxAttempts: 1, resetAfter: 200 } },
    'waiting',
    1,
    ['waiting'],
  ],
  [
    'healthy for less',
    [open, after(199), breaks],
    { reconnect: { maxAttempts: 1, resetAfter: 200 } },
    'exhausted',
    1,
    ['closed'],
  ],
  [
    'asked, 503',
    [connecting, status(503)],
    { shouldReconnect: () => true },
    'waiting',
    1,
    ['deciding', 'waiting'],
  ],
  // Late news of an older attempt, or of another state.
  ['an old attempt opens', [reconnect, ({ call }) => call(0).open()], {}, 'connecting', 2, []],
  ['an old attempt ends', [openDeaf, reconnect, open, late({ done: true })], {}, 'open', 2, []],
  ['an old attempt sends retry', [openDeaf, reconnect, open, late(RETRY)], {}, 'open', 2, []],
  ['an old attempt fails', [reconnect, open, ({ call }) => call(0).fail('late')], {}, 'open', 2, []],
  ['an old wait is due', [waiting, reconnect, due], {}, 'connecting', 2, []],
  ['due while connecting', [connecting, due], {}, 'connecting', 1, []],
  ['closed, anything: opened', [closed, open], {}, 'closed', 1, []],
  ['closed, anything: ended', [openDeaf, closed, late({ done: true })], {}, 'closed', 1, []],
  ['closed, anything: retry', [openDeaf, closed, late(RETRY)], {}, 'closed', 1, []],
  ['closed, anything: due', [waiting, closed, due], {}, 'closed', 1, []],
  ['closed, anything: reconnect', [closed, reconnect], {}, 'closed', 1, []],
  ['closed, anything: close', [closed, close], {}, 'closed', 1, []],
];

describe('the states', () => {
  it.each(table)('%s', async (_, acts, options, expected, requests, tells) => {
    const followed = follow({ terminal: ({ data }) => data === '[DONE]', ...options });
    const { stream, calls, clock, told } = followed;
    await settle();
    for (const [index, act] of acts.entries()) {
      if (index === acts.length - 1) told.length = 0;
      await act(followed);
      await settle();
    }
    const { state } = stream;
    expect(state === 'closed' ? (await stream.closed).reason : state).toBe(expected);
    expect([calls.length, told]).toEqual([requests, tells]);
    // What the state before held is released, and the state holds what belongs to it.
    const connected = state === 'connecting' || state === 'open';
    expect(calls.filter((call) => call.live)).toEqual(connected ? [calls.at(-1)] : []);
    expect(clock.timers.size).toBe(state === 'closed' ? 0 : 1);
    stream.close();
  });

  it('counts every attempt', async () => {
    const attempts: number[] = [];
    const { stream, call, clock } = follow({ onOpen: ({ attempt }) => attempts.push(attempt) });
    for (const again of [() => stream.reconnect(), () => call(-1).cut(), () => {}]) {
      call(-1).open();
      await settle();
      again();
      await clock.advance(1000);
    }
    expect(attempts).toEqual([1, 2, 3]);
    stream.close();
  });

  it('keeps the reconnection time of the server within its bounds', async () => {
    const { stream, call } = follow({});
    call(0).open();
    const times: number[] = [];
    for (const ms of ['0', '250', '9'.repeat(300)]) {
      call(0).send(`retry: ${ms}\n`);
      await settle();
      times.push(stream.reconnectionTime);
    }
    expect(times).toEqual([100, 250, 600_000]);
    stream.close();
  });

  it('gives an error page that never ends two seconds', async () => {
    const { stream, call, clock } = follow({});
    call(0).open({ status: 404 }).send('not here');
    await clock.advance(1999);
    expect(stream.state).toBe('connecting');
    await clock.advance(1);
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { status: 404, body: 'not here' } });
    expect(call(0).live).toBe(false);
  });

  it.each<[string, unknown]>([
    ['no body at all', undefined],
    ['what is no bytes', new ReadableStream({ start: (body) => body.enqueue({}) })],
    ['text', new ReadableStream({ start: (body) => body.enqueue('data: x\n\n') })],
  ])('a fetch that gives %s is not asked again', async (_, body) => {
    const { stream, call, calls } = follow({});
    const response = new Response(null, { headers: { 'content-type': 'text/event-stream' } });
    Object.defineProperty(response, 'body', { value: body });
    call(0).resolve(response);
    const { reason, error } = await stream.closed;
    expect([reason, error?.code, calls.length]).toEqual(['failed', 'NO_BODY', 1]);
  });

  it('says why it gave up, with the last error as the cause', async () => {
    const { stream, call } = follow({ reconnect: { maxAttempts: 1 } });
    call(0).refuse(503);
    const { error } = await stream.closed;
    expect(error).toMatchObject({ code: 'EXHAUSTED', status: 503, cause: { code: 'BAD_STATUS' } });
    expect(error?.message).toContain('reconnect.maxAttempts is 1');
  });
});
