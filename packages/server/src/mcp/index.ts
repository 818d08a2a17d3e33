export { createEventStore, type McpEventStore, type McpEventStoreOptions } from './event-store';
export { McpReplayError } from './replay-error';
