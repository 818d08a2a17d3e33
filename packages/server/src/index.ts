export { type Channel, type ChannelOptions, createChannel, type SubscribeOptions } from './channel.js';
export type { EventLog, LoggedEvent, LogPage } from './event-log.js';
export { EventStreamClosedError } from './event-stream-closed-error.js';
export {
  type EventStreamInit,
  type HeaderFields,
  type ResolvedEventStreamInit,
  resolveEventStreamInit,
} from './event-stream-init.js';
export type { EventStreamSink, EventStreamSinkListener } from './event-stream-sink.js';
export { EventStreamUsageError } from './event-stream-usage-error.js';
export { EventStreamWriter } from './event-stream-writer.js';
export { createMemoryLog, type MemoryLogOptions } from './memory-log.js';
export type { Produced } from './produced.js';
export type { Subscriber, Subscription } from './subscriber.js';
