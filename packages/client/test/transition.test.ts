import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../src/connection-error';
import type { Ending } from '../src/endings';
import type { Policy } from '../src/policy';
import type { History, State } from '../src/state';
import { begin, type Happening, transition } from '../src/transition';

const policy: Policy = {
  enabled: true,
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
const once: Policy = { ...policy, enabled: false };

const history: History = {
  attempt: 3,
  failures: 2,
  troubledSince: 0,
  reconnectionTime: 1000,
  lastError: undefined,
  refreshed: false,
};
const connecting: State = { name: 'connecting', history };
const open: State = { name: 'open', history, openedAt: 100_000 };
const waiting: State = { name: 'waiting', history, for: 'due' };
const closed: State = { name: 'closed', history, outcome: { reason: 'closed' } };

const network = new ConnectionError('NETWORK', 'reset');
const status = (code: number) => new ConnectionError('BAD_STATUS', 'status', { status: code });
const headers = new Headers();
const now = 100_010;

const clean: Ending = { kind: 'clean' };
const error = (e: ConnectionError): Ending => ({ kind: 'error', error: e });
const ended = (ending: Ending, at = now): Happening => ({
  type: 'ended',
  attempt: 3,
  now: at,
  random: 0,
  ending,
});
const opened = (attempt: number): Happening => ({
  type: 'opened',
  info: { attempt, status: 200, headers },
  now,
});
const close: Happening = { type: 'close', outcome: { reason: 'closed' } };
const reconnect: Happening = { type: 'reconnect', now };
const due: Happening = { type: 'due', attempt: 3 };

/** state x happening -> the next state, the effects */
const table: [string, State, Happening, Policy, State['name'] | `closed ${string}`, string[]][] = [
  ['connecting opens', connecting, opened(3), policy, 'open', ['opened']],
  ['connecting breaks', connecting, ended(error(network)), policy, 'waiting', ['release', 'wait']],
  ['connecting, 503', connecting, ended(error(status(503))), policy, 'waiting', ['release', 'wait']],
  ['connecting, 404', connecting, ended(error(status(404))), policy, 'closed failed', ['release', 'finish']],
  ['connecting, close', connecting, close, policy, 'closed closed', ['release', 'finish']],
  ['connecting, reconnect', connecting, reconnect, policy, 'connecting', ['release', 'connect']],
  ['open ends', open, ended(clean), policy, 'waiting', ['release', 'wait']],
  ['open breaks', open, ended(error(network)), policy, 'waiting', ['release', 'wait']],
  ['open, close', open, close, policy, 'closed closed', ['release', 'finish']],
  ['open, reconnect', open, reconnect, policy, 'connecting', ['release', 'connect']],
  ['open, retry', open, { type: 'retry', attempt: 3, ms: 5 }, policy, 'open', ['reconnection-time']],
  ['open, the same retry', open, { type: 'retry', attempt: 3, ms: 1000 }, policy, 'open', []],
  [
    'open, terminal',
    open,
    ended({ kind: 'outcome', reason: 'terminal' }),
    policy,
    'closed terminal',
    ['release', 'finish'],
  ],
  ['waiting, due', waiting, due, policy, 'connecting', ['release', 'connect']],
  ['waiting, reconnect', waiting, reconnect, policy, 'connecting', ['release', 'connect']],
  ['waiting, close', waiting, close, policy, 'closed closed', ['release', 'finish']],
  ['one attempt, ends', open, ended(clean), once, 'closed ended', ['release', 'finish']],
  ['one attempt, breaks', open, ended(error(network)), once, 'closed cut', ['release', 'finish']],
  [
    'one attempt, never open',
    connecting,
    ended(error(network)),
    once,
    'closed failed',
    ['release', 'finish'],
  ],
  ['one attempt, 503', connecting, ended(error(status(503))), once, 'closed failed', ['release', 'finish']],
  [
    'attempts used up',
    connecting,
    ended(error(network)),
    { ...policy, maxAttempts: 3 },
    'closed exhausted',
    ['release', 'finish'],
  ],
  [
    'attempts left',
    connecting,
    ended(error(network)),
    { ...policy, maxAttempts: 4 },
    'waiting',
    ['release', 'wait'],
  ],
  [
    'time used up',
    connecting,
    ended(error(network)),
    { ...policy, maxElapsed: 100_000 },
    'closed exhausted',
    ['release', 'finish'],
  ],
  // Late news of an older attempt, or of another state.
  ['an old attempt opens', connecting, opened(2), policy, 'connecting', []],
  ['an old attempt ends', open, { ...ended(clean), attempt: 2 } as Happening, policy, 'open', []],
  ['an old attempt sends retry', open, { type: 'retry', attempt: 2, ms: 5 }, policy, 'open', []],
  ['an old wait is due', waiting, { type: 'due', attempt: 2 }, policy, 'waiting', []],
  ['due while connecting', connecting, due, policy, 'connecting', []],
  ['ended while waiting', waiting, ended(clean), policy, 'waiting', []],
  ['opened while open', open, opened(3), policy, 'open', []],
  ['closed, anything: opened', closed, opened(3), policy, 'closed closed', []],
  ['closed, anything: ended', closed, ended(clean), policy, 'closed closed', []],
  ['closed, anything: due', closed, due, policy, 'closed closed', []],
  ['closed, anything: reconnect', closed, reconnect, policy, 'closed closed', []],
  ['closed, anything: close', closed, close, policy, 'closed closed', []],
];

describe('transition', () => {
  it.each(table)('%s', (_, state, happening, using, expected, effects) => {
    const step = transition(state, happening, using);
    const { state: next } = step;
    expect(next.name === 'closed' ? `closed ${next.outcome.reason}` : next.name).toBe(expected);
    expect(step.effects.map((effect) => effect.type)).toEqual(effects);
    if (effects.length === 0) expect(next).toBe(state);
  });

  it('begins with the first attempt', () => {
    const { state, effects } = begin(policy, 7);
    expect(state).toMatchObject({ name: 'connecting', history: { attempt: 1, troubledSince: 7 } });
    expect(effects.at(-1)).toEqual({ type: 'connect', attempt: 1, previousError: undefined });
  });

  it('counts every attempt as a new generation', () => {
    expect(transition(waiting, due, policy).state.history.attempt).toBe(4);
    expect(transition(open, reconnect, policy).state.history.attempt).toBe(4);
  });

  it('forgets failures only after a connection that stayed open for resetAfter', () => {
    const failures = (at: number) => transition(open, ended(clean, at), policy).state.history.failures;
    expect(failures(104_999)).toBe(3);
    expect(failures(105_000)).toBe(0);
  });

  it('keeps the reconnection time of the server within its bounds', () => {
    const after = (ms: number) =>
      transition(open, { type: 'retry', attempt: 3, ms }, policy).state.history.reconnectionTime;
    expect([after(0), after(250), after(1e300)]).toEqual([100, 250, 600_000]);
  });

  it('says why it gave up, with the last error as the cause', () => {
    const { state } = transition(connecting, ended(error(status(503))), { ...policy, maxAttempts: 1 });
    const outcome = state.name === 'closed' ? state.outcome : undefined;
    expect(outcome?.error).toMatchObject({ code: 'EXHAUSTED', status: 503, cause: { code: 'BAD_STATUS' } });
    expect(outcome?.error?.message).toContain('reconnect.maxAttempts is 1');
  });
});
