export { EventSource } from './event-source';
export type { EventSourceInit } from './event-source-init';
