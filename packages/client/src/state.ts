import type { ConnectionError } from './connection-error';
import type { Ending } from './endings';
import type { OpenInfo } from './options';
import type { Outcome } from './outcome';

/** What outlives one attempt. */
export interface History {
  /** The newest attempt, from 1. Doubles as the generation: what an older attempt still reports is ignored. */
  readonly attempt: number;
  /** Attempts since the stream was last healthy. */
  readonly failures: number;
  /** When the stream was last healthy, or the first attempt began, in ms; `maxElapsed` counts from it. */
  readonly troubledSince: number;
  /** In ms. [spec] "a reconnection time ... must initially be an implementation-defined value". */
  readonly reconnectionTime: number;
  /** Why the last attempt ended, unless it ended cleanly. */
  readonly lastError: ConnectionError | undefined;
  /** Whether the newest attempt is the retry after a refresh: there is only one. */
  readonly refreshed: boolean;
}

/** The stream's state: exactly one of these, with what belongs to it. */
export type State =
  | { readonly name: 'connecting'; readonly history: History }
  | { readonly name: 'open'; readonly history: History; readonly openedAt: number }
  | {
      readonly name: 'waiting';
      readonly history: History;
      /** For a timer; for what the user's functions say about an end; for the page to be seen. */
      readonly for: 'due' | 'verdict' | 'page';
      /** Of the connection that a verdict is about, if it was open. */
      readonly openedAt?: number | undefined;
      /** The server has said how long: nothing shortens this wait. */
      readonly fixed?: boolean;
    }
  | { readonly name: 'closed'; readonly history: History; readonly outcome: Outcome };

/**
 * What the driver has to do, in this order. `release` (the attempt's fetch, reader and timers, and the wait's
 * timer) always comes first, what may run user code after it: see `Driver`.
 */
export type Effect =
  | { readonly type: 'release' }
  | {
      readonly type: 'connect';
      readonly attempt: number;
      readonly previousError: ConnectionError | undefined;
    }
  | { readonly type: 'opened'; readonly info: OpenInfo }
  | { readonly type: 'judge'; readonly ending: Ending; readonly refreshed: boolean }
  | {
      readonly type: 'wait';
      readonly attempt: number; // the one that ended
      readonly delay: number;
      readonly error: ConnectionError | undefined;
      readonly retryAfter: number | undefined;
    }
  | { readonly type: 'awake' }
  | { readonly type: 'paused' }
  | { readonly type: 'reconnection-time'; readonly ms: number }
  | { readonly type: 'finish'; readonly outcome: Outcome };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}
