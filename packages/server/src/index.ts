export { type Channel, createChannel } from './channel';
export type { ChannelCloseOptions, ChannelOptions, SubscribeOptions } from './channel-options';
export type { ChannelMetric, ChannelStats, MetricListener } from './channel-stats';
export type { CorsOptions } from './cors';
export { earlyAnswer } from './early-answer';
export type { AppendOptions, EventLog, LoggedEvent, LogPage, ReadOptions } from './event-log';
export { EventStreamClosedError } from './event-stream-closed-error';
export {
  type EventStreamInit,
  type HeaderFields,
  type ResolvedEventStreamInit,
  resolveEventStreamInit,
} from './event-stream-init';
export type { EventStreamSink, EventStreamSinkListener } from './event-stream-sink';
export { EventStreamUsageError } from './event-stream-usage-error';
export { EventStreamWriter } from './event-stream-writer';
export { createMemoryLog, type MemoryLogOptions } from './memory-log';
export type { PlainAnswer, StreamRequest } from './plain-answer';
export { preflightAnswers } from './preflight';
export type { Produced } from './produced';
export type { SelectionOptions } from './selection';
export type { Follower, Subscriber, Subscription } from './subscriber';
