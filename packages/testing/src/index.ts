export { allSplits } from './all-splits';
export { type ChunkedStream, chunked, withChunks } from './chunked';
export { type ConformanceCaseOptions, toConformanceCase } from './conformance-case';
export { eventStreamBytes } from './event-stream-bytes';
export { eventStreamText } from './event-stream-text';
export { type OracleEvent, type OracleOptions, type OracleReading, oracle } from './oracle';
export { serverEventInit } from './server-event-init';
export { trickyString } from './tricky-string';
