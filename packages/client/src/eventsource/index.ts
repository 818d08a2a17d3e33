export { EventSource } from './event-source';
export type { EventSourceInit, EventSourceTrace } from './event-source-init';
