import type { EventStreamInit } from '../stream/event-stream-init';

/**
 * The options of a response that `useChat` reads: without the conventions, and with the header that names its
 * protocol.
 *
 * @example
 * eventStreamHandler((stream) => chats.resume(stream, id), { ...UI_MESSAGE_STREAM, heartbeat: 5000 });
 */
export const UI_MESSAGE_STREAM = Object.freeze({
  conventions: false,
  headers: Object.freeze({ 'x-vercel-ai-ui-message-stream': 'v1' }),
}) satisfies EventStreamInit;

/** The last event of a whole answer. */
export const DONE = '[DONE]';

export const abortChunk = (reason?: string | undefined): string => JSON.stringify({ type: 'abort', reason });

export const errorChunk = (errorText: string): string => JSON.stringify({ type: 'error', errorText });
