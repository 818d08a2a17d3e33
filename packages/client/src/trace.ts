import type { OutcomeReason } from './contexts';
import type { ConnectionErrorCode } from './errors';

/** The members of each type of record, beside the common ones. */
interface TraceFields {
  connecting: { readonly url: string };
  /** A redirection is followed; `url` is the next. */
  redirect: { readonly url: string; readonly status: number };
  open: { readonly status: number };
  /** The user's `shouldReconnect` or `refresh` decides. */
  deciding: { readonly code: ConnectionErrorCode | undefined; readonly status: number | undefined };
  waiting: {
    readonly delay: number; // ms
    readonly code: ConnectionErrorCode | undefined; // undefined: the response ended cleanly
    readonly status: number | undefined;
    readonly retryAfter: number | undefined; // ms
  };
  /** A wait is cut short: the network is back, or the machine has slept. */
  awake: object;
  /** The page is hidden. */
  paused: object;
  'reconnection-time': { readonly reconnectionTime: number }; // ms
  'id-not-sent': { readonly length: number }; // characters
  /** Without a schema for its type (no code), or refused and skipped. */
  'event-skipped': {
    readonly event: string; // its type, as JSON
    readonly code: ConnectionErrorCode | undefined;
  };
  'events-dropped': { readonly dropped: number };
  closed: {
    readonly reason: OutcomeReason;
    readonly code: ConnectionErrorCode | undefined;
    readonly status: number | undefined;
  };
}

export type TraceType = keyof TraceFields;

/** One decision of the client. Carries no query, no credentials and no header or body. */
export type TraceRecord = {
  [Type in TraceType]: {
    readonly type: Type;
    /** When, in ms since the epoch. */
    readonly at: number;
    /** The attempt, from 1; 0 before the first. */
    readonly attempt: number;
    /**
     * The same for people, in one line, and not for programs. For instance:
     * `waiting 4.2 s: https://example.org/events responded with 503, Retry-After 4 s`
     */
    readonly message: string;
  } & TraceFields[Type];
}[TraceType];

/** Reports a decision: its type, the members of that type, and words for it where those do not say enough. */
export type Trace = <Type extends TraceType>(type: Type, fields: TraceFields[Type], words?: string) => void;

/** Ms for people. */
export const seconds = (ms: number): string => `${Number((ms / 1000).toPrecision(2))} s`;
