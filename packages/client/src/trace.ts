import type { ConnectionError, ConnectionErrorCode } from './connection-error';
import type { Outcome, OutcomeReason } from './outcome';

interface TraceBase {
  /** When, in ms since the epoch. */
  readonly at: number;
  /** The attempt, from 1; 0 before the first. */
  readonly attempt: number;
  /** The same for people, in one line, such as `waiting 4.2 s: status 503, Retry-After 4 s`. */
  readonly message: string;
}

/** One decision of the client. Carries no query, no credentials and no header or body. */
export type TraceRecord =
  | (TraceBase & { readonly type: 'connecting'; readonly url: string })
  | (TraceBase & { readonly type: 'open'; readonly status: number })
  | (TraceBase & {
      readonly type: 'waiting';
      readonly delay: number; // ms
      readonly code: ConnectionErrorCode | undefined; // undefined: the response ended cleanly
      readonly status: number | undefined;
      readonly retryAfter: number | undefined; // ms
    })
  | (TraceBase & { readonly type: 'reconnection-time'; readonly reconnectionTime: number }) // ms
  | (TraceBase & { readonly type: 'id-not-sent'; readonly length: number }) // characters
  | (TraceBase & {
      readonly type: 'closed';
      readonly reason: OutcomeReason;
      readonly code: ConnectionErrorCode | undefined;
      readonly status: number | undefined;
    });

/** A record as the place that decides writes it; time and attempt are added on the way out. */
export type TraceEntry = TraceRecord extends infer R
  ? R extends TraceRecord
    ? Omit<R, 'at' | 'attempt'>
    : never
  : never;

/** Ms for people. */
export function seconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${Number((ms / 1000).toFixed(ms < 10_000 ? 1 : 0))} s`;
}

export function traceWait(
  delay: number,
  error: ConnectionError | undefined,
  retryAfter: number | undefined,
): TraceEntry {
  let reason = 'the response ended';
  if (error !== undefined) reason = error.code === 'BAD_STATUS' ? `status ${error.status}` : error.message;
  if (retryAfter !== undefined) reason += `, Retry-After ${seconds(retryAfter)}`;
  const message = `waiting ${seconds(delay)}: ${reason}`;
  return { type: 'waiting', message, delay, code: error?.code, status: error?.status, retryAfter };
}

export function traceClosed({ reason, error, detail }: Outcome): TraceEntry {
  const why = error?.message ?? detail;
  const message = why === undefined ? `closed: ${reason}` : `closed: ${reason}, ${why}`;
  return { type: 'closed', message, reason, code: error?.code, status: error?.status };
}
