export {
  type AsyncServerEventInit,
  type EventInput,
  ServerEvent,
  ServerEventError,
  type ServerEventInit,
} from '@eventwire/encoder';
export {
  type AppendOptions,
  type Channel,
  type ChannelCloseOptions,
  type ChannelOptions,
  type ChannelStats,
  type CorsOptions,
  createChannel,
  createMemoryLog,
  type EventLog,
  type EventStreamBody,
  EventStreamClosedError,
  type EventStreamInit,
  EventStreamUsageError,
  type HeaderFields,
  type LoggedEvent,
  type LogPage,
  type MemoryLogOptions,
  type SubscribeOptions,
  type Subscriber,
  type Subscription,
  type TopicPattern,
} from '@eventwire/server';
export { EventStreamResponse } from './event-stream-response';
export { preflightHandler } from './preflight-handler';
export { eventStreamHandler, streamEvents } from './stream-events';
