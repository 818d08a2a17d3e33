export type { EventStreamSource } from './chunk-source';
export { createParser } from './create-parser';
export type { ParseOptions } from './event-iterator';
export { EventStreamDecoderStream } from './event-stream-decoder-stream';
export { EventStreamError, type EventStreamErrorCode } from './event-stream-error';
export type {
  Chunk,
  EventStreamMessage,
  EventStreamParser,
  IgnoredLine,
  ParserHandlers,
  ParserOptions,
} from './event-stream-parser';
export { type EventStreamIterator, parseEventStream } from './parse-event-stream';
