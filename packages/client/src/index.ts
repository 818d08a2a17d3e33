export type { EventStreamMessage } from '@eventwire/parser';
export type { Clock } from './clock';
export { connect } from './connect';
export { ConnectionError, type ConnectionErrorCode, isConnectionError } from './connection-error';
export type { Gap, Lag } from './conventions';
export type { Decode, DecodedEvent, EventOf } from './decoded-event';
export type { EventStream } from './event-stream';
export type {
  ConnectContext,
  ConnectHeaders,
  ConnectOptions,
  ConnectUrl,
  EndContext,
  FetchLike,
  OpenInfo,
  PerAttempt,
  ReconnectInfo,
  ReconnectOptions,
  RedirectPolicy,
} from './options';
export type { Outcome, OutcomeReason } from './outcome';
export type { SchemaIssue, SchemaResult, Schemas, StandardSchema } from './standard-schema';
export type { TraceRecord, TraceType } from './trace';
