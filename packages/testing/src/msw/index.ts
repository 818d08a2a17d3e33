export type { EventsInput } from './event-stream-body';
export {
  type MswEventSource,
  type MswEventStreamOptions,
  type MswRequestContext,
  mswEventStream,
} from './msw-event-stream';
