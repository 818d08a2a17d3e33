// What is measured. The adapters in ../peers say what of the suites they take part in by what they export.
import { packageVersion } from './package-version.mjs';

/**
 * @typedef {object} Adapter
 * @property {'last' | 'block' | 'none'} [id] whether events carry the last event ID, their own block's only, or none
 * @property {boolean} [pseudo] no parser: its answers are not compared
 * @property {(chunks: any, use: any) => unknown} [parseText]
 * @property {(chunks: any, use: any) => unknown} [parseBytes]
 * @property {(response: Response, use: any) => Promise<void>} [iterate]
 * @property {(event: any) => any} [shape] makes the peer's kind of event out of ours, before the clock runs
 * @property {(event: any) => string} [encodeText]
 * @property {(event: any) => Uint8Array} [encodeBytes]
 * @property {(events: any, use: any) => Promise<void>} [encodeAllBytes]
 */

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string | undefined} package whose version is shown; absent for floors
 * @property {string} modes the suites' modes that the adapter exports
 * @property {string} note how it is driven
 * @property {() => Promise<Adapter>} load
 */

export const OURS = 'eventwire';
const MAIN_PARSER = 'eventsource-parser';
const MAIN_ENCODER = 'eventsource-encoder';
/** The peers that the targets name. */
export const MAIN_PEERS = [MAIN_PARSER, MAIN_ENCODER];

/** @type {readonly Peer[]} */
export const peers = [
  {
    name: OURS,
    package: '@eventwire/parser',
    modes: 'parse-text parse-bytes iterate encode-text encode-bytes',
    note: 'createParser; for await over parseEventStream; encode and ServerEvent.toBytes',
    load: () => import('../peers/eventwire.mjs'),
  },
  {
    name: 'eventwire batches()',
    package: '@eventwire/parser',
    modes: 'iterate',
    note: 'for await over parseEventStream(response).batches()',
    load: () => import('../peers/eventwire-batches.mjs'),
  },
  {
    name: MAIN_PARSER,
    package: 'eventsource-parser',
    modes: 'parse-text parse-bytes iterate',
    note: 'createParser, for bytes behind a streaming TextDecoder; TextDecoderStream and EventSourceParserStream',
    load: () => import('../peers/eventsource-parser.mjs'),
  },
  {
    name: 'eventsource-parser 3',
    package: 'eventsource-parser-3',
    modes: 'parse-text parse-bytes iterate',
    note: 'as version 4',
    load: () => import('../peers/eventsource-parser-3.mjs'),
  },
  {
    name: '@server-sent-stream/parser',
    package: '@server-sent-stream/parser',
    modes: 'parse-text parse-bytes',
    note: 'push, for bytes behind a streaming TextDecoder',
    load: () => import('../peers/server-sent-stream-parser.mjs'),
  },
  {
    name: 'parse-sse',
    package: 'parse-sse',
    modes: 'parse-text parse-bytes iterate',
    note: 'its TransformStream, or parseServerSentEvents of a Response: the streams are part of its time',
    load: () => import('../peers/parse-sse.mjs'),
  },
  {
    name: 'fetch-event-stream',
    package: 'fetch-event-stream',
    modes: 'parse-bytes iterate',
    note: 'events(response): the streams are part of its time',
    load: () => import('../peers/fetch-event-stream.mjs'),
  },
  {
    name: 'event-stream-parser',
    package: 'event-stream-parser',
    modes: 'parse-bytes iterate',
    note: 'parse(stream), which makes a MessageEvent each: the streams are part of its time',
    load: () => import('../peers/event-stream-parser.mjs'),
  },
  {
    name: '@azure/core-sse',
    package: '@azure/core-sse',
    modes: 'parse-bytes iterate',
    note: 'createSseStream(stream): the streams are part of its time',
    load: () => import('../peers/azure-core-sse.mjs'),
  },
  {
    name: '@microsoft/fetch-event-source',
    package: '@microsoft/fetch-event-source',
    modes: 'parse-bytes',
    note: 'getLines(getMessages(...)) of its parse module, by its path',
    load: () => import('../peers/fetch-event-source.mjs'),
  },
  {
    name: 'undici',
    package: 'undici',
    modes: 'parse-bytes',
    note: "EventSourceStream by its path, with the push option that its EventSource uses: Node's streams are part of its time",
    load: () => import('../peers/undici.mjs'),
  },
  {
    name: 'openai',
    package: 'openai',
    modes: 'parse-bytes iterate',
    note: '_iterSSEMessages of openai/core/streaming, before JSON.parse: the streams are part of its time',
    load: () => import('../peers/openai.mjs'),
  },
  {
    name: MAIN_ENCODER,
    package: 'eventsource-encoder',
    modes: 'encode-text encode-bytes',
    note: 'encode, for bytes with TextEncoder behind it',
    load: () => import('../peers/eventsource-encoder.mjs'),
  },
  {
    name: 'better-sse',
    package: 'better-sse',
    modes: 'encode-text encode-bytes',
    note: 'one event buffer used again, data as text, for bytes with TextEncoder behind it',
    load: () => import('../peers/better-sse.mjs'),
  },
  {
    name: 'hono',
    package: 'hono',
    modes: 'encode-bytes',
    note: 'writeSSE of SSEStreamingApi into a WritableStream: the stream is part of its time',
    load: () => import('../peers/hono.mjs'),
  },
  {
    name: 'floor: decode',
    package: undefined,
    modes: 'parse-bytes',
    note: 'a streaming TextDecoder alone',
    load: () => import('../peers/floor-decode.mjs'),
  },
  {
    name: 'floor: decode chunks',
    package: undefined,
    modes: 'parse-bytes',
    note: 'TextDecoder.decode of each chunk alone, as if it ended at a character',
    load: () => import('../peers/floor-decode-chunks.mjs'),
  },
  {
    name: 'floor: search',
    package: undefined,
    modes: 'parse-text parse-bytes',
    note: 'indexOf for each line, slice, one object for each event; for bytes behind a streaming TextDecoder',
    load: () => import('../peers/floor-search.mjs'),
  },
  {
    name: 'floor: concat',
    package: undefined,
    modes: 'encode-text encode-bytes',
    note: 'one concatenation for each event, for bytes with TextEncoder behind it; wrong for several lines',
    load: () => import('../peers/floor-concat.mjs'),
  },
];

/** @param {string} name */
export function peerNamed(name) {
  const peer = peers.find((candidate) => candidate.name === name);
  if (peer === undefined) throw new Error(`No peer is named ${name}.`);
  return peer;
}

/**
 * The installed version, which is the one measured.
 * @param {Peer} peer
 * @returns {string | undefined}
 */
export function versionOf(peer) {
  if (peer.package === undefined) return undefined;
  return packageVersion(peer.package);
}
