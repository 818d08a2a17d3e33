export type { EventStreamMessage } from '@eventwire/parser';
export { connect } from './connect';
export type {
  ConnectContext,
  EndContext,
  OpenInfo,
  Outcome,
  OutcomeReason,
  ReconnectInfo,
} from './contexts';
export { ConnectionError, type ConnectionErrorCode, isConnectionError } from './errors';
export type { EventStream } from './event-stream';
export type {
  ConnectHeaders,
  ConnectOptions,
  ConnectUrl,
  FetchLike,
  PerAttempt,
  RedirectPolicy,
} from './options';
export type { Clock } from './reconnect/clock';
export type { ReconnectOptions } from './reconnect/policy';
export type { Gap, Lag } from './response/conventions';
export type { Decode, DecodedEvent, EventOf } from './response/decode';
export type { SchemaIssue, SchemaResult, Schemas, StandardSchema } from './response/standard-schema';
export type { TraceRecord, TraceType } from './trace';
