export { type Channel, createChannel } from './channel/channel';
export type { ChannelCloseOptions, ChannelOptions, SubscribeOptions } from './channel/channel-options';
export type { ChannelMetric, ChannelStats, MetricListener } from './channel/channel-stats';
export type { SelectionOptions } from './channel/selection';
export { EventStreamClosedError, EventStreamUsageError } from './errors';
export type { CorsOptions } from './http/cors';
export type { HeaderFields } from './http/headers';
export { type LastEventIdSource, readLastEventId } from './http/last-event-id';
export { negotiate } from './http/negotiation';
export { preflightResponses } from './http/preflight';
export type { PlainResponse, PlainResponseInit, RequestFacts } from './http/response';
export type { AppendOptions, EventLog, LoggedEvent, LogPage, ReadOptions } from './log/event-log';
export { createMemoryLog, type MemoryLogOptions } from './log/memory-log';
export type { EventStreamBody } from './stream/body';
export {
  type EventStreamInit,
  type ResolvedEventStreamInit,
  resolveEventStreamInit,
} from './stream/event-stream-init';
export type { EventStreamSink, EventStreamSinkListener } from './stream/event-stream-sink';
export { EventStreamWriter } from './stream/event-stream-writer';
export {
  type Follower,
  SUBSCRIBER,
  type SubscribableStream,
  type Subscriber,
  type Subscription,
} from './stream/subscriber';
