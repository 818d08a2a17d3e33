export { encode } from './encode.js';
export { encodeAsync } from './encode-async.js';
export { ServerEvent } from './server-event.js';
export { ServerEventEncoderStream } from './server-event-encoder-stream.js';
export { ServerEventError } from './server-event-error.js';
export type { AsyncServerEventInit, EventInput, ServerEventInit } from './server-event-init.js';
