export { type Channel, createChannel } from './channel/channel';
export type {
  ChannelCloseOptions,
  ChannelOptions,
  PublishOptions,
  SubscribeOptions,
} from './channel/channel-options';
export type { ChannelMetric, ChannelStats, MetricListener } from './channel/channel-stats';
export type { SelectionOptions, TopicPattern } from './channel/selection';
export { EventStreamClosedError, EventStreamUsageError, RunError } from './errors';
export type { CorsOptions } from './http/cors';
export type { HeaderFields } from './http/headers';
export { type LastEventIdSource, readLastEventId } from './http/last-event-id';
export { negotiate } from './http/negotiation';
export { preflightResponses } from './http/preflight';
export type { PlainResponse, PlainResponseInit, RequestFacts } from './http/response';
export type {
  AppendOptions,
  EventLog,
  LogEnd,
  LoggedEvent,
  LogPage,
  ReadOptions,
  RunOutcome,
} from './log/event-log';
export { createMemoryLog, type MemoryLogOptions } from './log/memory-log';
export { createMemoryRunStore, type MemoryRunStoreOptions } from './runs/memory-run-store';
export type { RunContext, Work } from './runs/producer';
export type { FollowOptions, ReadRunOptions, RunMetric, RunsOptions, StartOptions } from './runs/run-options';
export type { Claim, ClaimOptions, RunLog, RunState, RunStore } from './runs/run-store';
export { createRuns, type Runs } from './runs/runs';
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
