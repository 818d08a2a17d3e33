import { type Backoff, clampServerDelay, reconnectionDelay } from './backoff';
import { ConnectionError } from './connection-error';
import { type Ending, errorVerdict } from './endings';
import type { OpenInfo } from './options';
import type { Outcome } from './outcome';
import type { History, State, Step } from './state';

/** The reconnection policy; `backoff: false` is one attempt only. */
export interface Policy extends Backoff {
  readonly enabled: boolean;
  readonly maxAttempts: number;
  readonly maxElapsed: number; // ms
  readonly resetAfter: number; // ms
}

/** What happens to a stream. What an attempt reports carries its number. */
export type Happening =
  | { readonly type: 'opened'; readonly info: OpenInfo; readonly now: number }
  | { readonly type: 'retry'; readonly attempt: number; readonly ms: number }
  | {
      readonly type: 'ended';
      readonly attempt: number;
      readonly now: number;
      readonly random: number;
      readonly ending: Ending;
    }
  | { readonly type: 'due'; readonly attempt: number }
  | { readonly type: 'reconnect'; readonly now: number } // the user's
  | { readonly type: 'close'; readonly outcome: Outcome };

/** The first step of a stream. */
export function begin(policy: Policy, now: number): Step {
  return connect({
    attempt: 0,
    failures: 0,
    troubledSince: now,
    reconnectionTime: policy.initialDelay,
    lastError: undefined,
  });
}

/** The only place where a stream's state changes. Pure: the same state is returned for what has no effect on it. */
export function transition(state: State, happening: Happening, policy: Policy): Step {
  const ignored: Step = { state, effects: [] };
  if (state.name === 'closed') return ignored;
  const { history } = state;
  switch (happening.type) {
    case 'close':
      return close(history, happening.outcome);
    case 'reconnect':
      return connect(afterHealth(state, happening.now, policy) ?? history);
    case 'due':
      return state.name === 'waiting' && happening.attempt === history.attempt ? connect(history) : ignored;
    case 'opened':
      if (state.name !== 'connecting' || happening.info.attempt !== history.attempt) return ignored;
      return {
        state: { name: 'open', history, openedAt: happening.now },
        effects: [{ type: 'opened', info: happening.info }],
      };
    case 'retry': {
      if (state.name !== 'open' || happening.attempt !== history.attempt) return ignored;
      // [spec] "interpret the field value as an integer in base ten, and set the event stream's reconnection time
      // to that integer"
      const reconnectionTime = clampServerDelay(happening.ms, policy);
      if (reconnectionTime === history.reconnectionTime) return ignored;
      return {
        state: { ...state, history: { ...history, reconnectionTime } },
        effects: [{ type: 'reconnection-time', ms: reconnectionTime }],
      };
    }
    case 'ended':
      if (state.name === 'waiting' || happening.attempt !== history.attempt) return ignored;
      return ended(state, happening, policy);
  }
}

function connect(history: History): Step {
  const next = { ...history, attempt: history.attempt + 1 };
  return {
    state: { name: 'connecting', history: next },
    effects: [
      { type: 'release' },
      { type: 'connect', attempt: next.attempt, previousError: history.lastError },
    ],
  };
}

function close(history: History, outcome: Outcome): Step {
  return {
    state: { name: 'closed', history, outcome },
    effects: [{ type: 'release' }, { type: 'finish', outcome }],
  };
}

/** The history after a connection that stayed open for `resetAfter`; undefined if it did not. */
function afterHealth(state: State, now: number, policy: Policy): History | undefined {
  if (state.name !== 'open' || now - state.openedAt < policy.resetAfter) return undefined;
  return { ...state.history, failures: 0, troubledSince: now };
}

function ended(
  state: State & { name: 'connecting' | 'open' },
  { ending, now, random }: Happening & { type: 'ended' },
  policy: Policy,
): Step {
  if (ending.kind === 'outcome') {
    const { reason, detail } = ending;
    return close(state.history, detail === undefined ? { reason } : { reason, detail });
  }
  const error = ending.kind === 'error' ? ending.error : undefined;
  if (error !== undefined && errorVerdict(error) === 'stop') {
    return close(state.history, { reason: 'failed', error });
  }
  if (!policy.enabled) {
    if (error === undefined) return close(state.history, { reason: 'ended' });
    return close(state.history, { reason: state.name === 'open' ? 'cut' : 'failed', error });
  }

  const before = state.history;
  const history: History = {
    ...(afterHealth(state, now, policy) ?? { ...before, failures: before.failures + 1 }),
    lastError: error,
  };
  const retryAfter = ending.kind === 'error' ? ending.retryAfter : undefined;
  const delay = reconnectionDelay(policy, history.failures, history.reconnectionTime, retryAfter, random);
  const spent = exhausted(history, now + delay - history.troubledSince, policy);
  if (spent !== undefined) return close(history, { reason: 'exhausted', error: spent });
  // [spec] "Wait a delay equal to the reconnection time of the event source. ... Optionally, wait some more."
  return {
    state: { name: 'waiting', history, delay },
    effects: [{ type: 'release' }, { type: 'wait', attempt: history.attempt, delay, error, retryAfter }],
  };
}

function exhausted(history: History, elapsed: number, policy: Policy): ConnectionError | undefined {
  const { failures, lastError } = history;
  let limit: string;
  if (failures >= policy.maxAttempts) limit = `reconnect.maxAttempts is ${policy.maxAttempts}`;
  else if (elapsed > policy.maxElapsed) limit = `reconnect.maxElapsed is ${policy.maxElapsed} ms`;
  else return undefined;
  const attempts = failures === 1 ? '1 attempt' : `${failures} attempts`;
  const last = lastError?.message ?? 'The response ended.';
  return new ConnectionError('EXHAUSTED', `Gave up after ${attempts} in a row (${limit}). Last: ${last}`, {
    cause: lastError,
    status: lastError?.status,
    headers: lastError?.headers,
    body: lastError?.body,
  });
}
