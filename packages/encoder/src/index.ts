export { encode } from './encode';
export { encodeAsync } from './encode-async';
export { EventStreamEncoderStream } from './event-stream-encoder-stream';
export { isServerEvent } from './is-server-event';
export { refuseId } from './refuse-id';
export { refuseReservedType } from './refuse-reserved-type';
export { ServerEvent } from './server-event';
export { ServerEventError } from './server-event-error';
export type { AsyncServerEventInit, EventDefaults, EventInput, ServerEventInit } from './server-event-init';
