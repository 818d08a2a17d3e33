export type { EventStreamMessage } from '@eventwire/parser';
export type { Clock } from './clock.js';
export { connect } from './connect.js';
export { ConnectionError, type ConnectionErrorCode, isConnectionError } from './connection-error.js';
export type { Gap, Lag } from './conventions.js';
export type { EventStream } from './event-stream.js';
export type {
  ConnectContext,
  ConnectHeaders,
  ConnectOptions,
  ConnectUrl,
  FetchLike,
  OpenInfo,
  PerAttempt,
  ReconnectInfo,
  ReconnectOptions,
} from './options.js';
export type { Outcome, OutcomeReason } from './outcome.js';
export type { TraceRecord } from './trace.js';
