export type { EventStreamMessage } from '@eventwire/parser';
export type { Clock } from './clock';
export { connect } from './connect';
export { ConnectionError, type ConnectionErrorCode, isConnectionError } from './connection-error';
export type { Gap, Lag } from './conventions';
export type { EventStream } from './event-stream';
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
} from './options';
export type { Outcome, OutcomeReason } from './outcome';
export type { TraceRecord } from './trace';
