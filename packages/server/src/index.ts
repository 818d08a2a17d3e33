export { type Channel, createChannel } from './channel/channel';
export type { ChannelCloseOptions, ChannelOptions, SubscribeOptions } from './channel/channel-options';
export type { ChannelMetric, ChannelStats, MetricListener } from './channel/channel-stats';
export type { CorsOptions } from './http/cors';
export { earlyAnswer } from './http/negotiation';
export type { AppendOptions, EventLog, LoggedEvent, LogPage, ReadOptions } from './log/event-log';
export { EventStreamClosedError } from './event-stream-closed-error';
export {
  type EventStreamInit,
  type HeaderFields,
  type ResolvedEventStreamInit,
  resolveEventStreamInit,
} from './stream/event-stream-init';
export type { EventStreamSink, EventStreamSinkListener } from './stream/event-stream-sink';
export { EventStreamUsageError } from './errors';
export { EventStreamWriter } from './stream/event-stream-writer';
export { createMemoryLog, type MemoryLogOptions } from './log/memory-log';
export type { PlainAnswer, StreamRequest } from './http/response';
export { preflightAnswers } from './http/preflight';
export type { Produced } from './stream/body';
export type { SelectionOptions } from './channel/selection';
export type { Follower, Subscriber, Subscription } from './stream/subscriber';
