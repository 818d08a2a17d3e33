import { readable } from '../peers/streams.mjs';
import { trickyEvents, trickyStreams } from './conformance.mjs';
import { encodeWorkloads } from './encode-workloads.mjs';
import { parseWorkloads } from './parse-workloads.mjs';
import { readBlock } from './read-block.mjs';

/** @typedef {import('./peers.mjs').Adapter} Adapter */
/** @typedef {import('./parse-workloads.mjs').ExpectedEvent} ExpectedEvent */

/**
 * One peer on one workload.
 * @typedef {object} Job
 * @property {number} bytes of the stream that one iteration reads or writes
 * @property {number} events
 * @property {(use: (...output: any[]) => void) => unknown} iterate once over the workload with a fresh parser; every output goes to `use`
 * @property {() => Promise<Verdict>} verify
 */

/**
 * @typedef {object} Verdict
 * @property {number} wrong events (or streams) that are not what they should be
 * @property {number} of
 * @property {string | undefined} [first] which one it is, and what came instead
 */

/** @param {Uint8Array | undefined} bytes */
const decode = (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/**
 * @param {Adapter} adapter
 * @param {import('./suites.mjs').Mode} mode
 * @param {string} workload
 * @param {number} seed
 * @returns {Job}
 */
export function createJob(adapter, mode, workload, seed) {
  return mode === 'encode-text' || mode === 'encode-bytes'
    ? encodeJob(adapter, mode, workload, seed)
    : parseJob(adapter, mode, workload, seed);
}

/** @param {Adapter} adapter @param {'parse-text' | 'parse-bytes' | 'iterate'} mode @param {string} name @param {number} seed @returns {Job} */
function parseJob(adapter, mode, name, seed) {
  const { text, bytes, expected } = named(parseWorkloads, name).generate(seed);
  const chunks = mode === 'parse-text' ? text : bytes;
  const parse = parserOf(adapter, mode);
  return {
    bytes: bytes.reduce((sum, chunk) => sum + chunk.length, 0),
    events: expected.length,
    iterate: (use) => parse(chunks, use),
    verify: async () => compare(await collect(parse, chunks, adapter), expected, adapter),
  };
}

/**
 * @param {Adapter} adapter
 * @param {'parse-text' | 'parse-bytes' | 'iterate'} mode
 * @returns {(chunks: any, use: any) => unknown}
 */
function parserOf(adapter, mode) {
  if (mode === 'iterate') {
    const iterate = defined(adapter.iterate, mode);
    return (chunks, use) => iterate(responseOf(chunks), use);
  }
  return defined(mode === 'parse-text' ? adapter.parseText : adapter.parseBytes, mode);
}

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks */
const responseOf = (chunks) =>
  new Response(readable(chunks), { headers: { 'content-type': 'text/event-stream' } });

/**
 * What the peer reads, in our words. Its error ends the reading, and is told with what came before.
 * @param {(chunks: any, use: any) => unknown} parse
 * @param {any} chunks
 * @param {Adapter} adapter
 */
async function collect(parse, chunks, adapter) {
  /** @type {ExpectedEvent[]} */
  const events = [];
  let failure;
  try {
    await parse(chunks, (/** @type {string} */ data, /** @type {any} */ type, /** @type {any} */ id) => {
      events.push({
        type: type || 'message',
        data,
        lastEventId: adapter.id === 'none' ? '' : String(id ?? ''),
      });
    });
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  return { events, failure };
}

/**
 * @param {{ events: ExpectedEvent[], failure: string | undefined }} result
 * @param {readonly ExpectedEvent[]} expected
 * @param {Adapter} adapter
 * @returns {Verdict}
 */
function compare({ events, failure }, expected, adapter) {
  const verdict = { wrong: 0, of: expected.length, first: failure };
  if (adapter.pseudo) return verdict;
  for (let i = 0; i < Math.max(events.length, expected.length); i++) {
    const want = comparable(expected[i], adapter, true);
    const got = comparable(events[i], adapter, false);
    if (want === got) continue;
    verdict.wrong++;
    verdict.first ??= `event ${i + 1}: ${shorten(got)} instead of ${shorten(want)}`;
  }
  if (failure !== undefined) verdict.wrong = Math.max(verdict.wrong, 1);
  return verdict;
}

/**
 * An event as a text, with the ID in the sense in which the peer gives it.
 * @param {ExpectedEvent | undefined} event @param {Adapter} adapter @param {boolean} isExpected
 */
function comparable(event, adapter, isExpected) {
  if (event === undefined) return 'nothing';
  const { type, data, lastEventId } = event;
  if (adapter.id === 'none') return JSON.stringify({ type, data });
  if (adapter.id === 'last' || !isExpected) return JSON.stringify({ type, data, id: lastEventId });
  return JSON.stringify({ type, data, id: event.id ?? '' });
}

const shorten = (/** @type {string} */ text) =>
  text.length > 120 ? `${text.slice(0, 120)}... (${text.length})` : text;

/** @param {Adapter} adapter @param {'encode-text' | 'encode-bytes'} mode @param {string} name @param {number} seed @returns {Job} */
function encodeJob(adapter, mode, name, seed) {
  const plain = named(encodeWorkloads, name).generate(seed);
  const shaped = plain.map(adapter.shape ?? ((event) => event));
  const encode = encoderOf(adapter, mode);
  return {
    bytes: plain.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0),
    events: plain.length,
    iterate: (use) => encode(shaped, use),
    async verify() {
      /** @type {Verdict} */
      const verdict = { wrong: 0, of: plain.length };
      const blocks = await written(encode, shaped);
      for (const [i, event] of plain.entries()) {
        const want = JSON.stringify({
          type: event.type ?? 'message',
          data: event.data.replace(/\r\n|\r/g, '\n'),
          id: event.id,
        });
        const got = JSON.stringify(readBlock(blocks[i] ?? '')) ?? 'nothing';
        if (want === got) continue;
        verdict.wrong++;
        verdict.first ??= `event ${i + 1}: ${shorten(got)} instead of ${shorten(want)}`;
      }
      return verdict;
    },
  };
}

/**
 * @param {Adapter} adapter @param {'encode-text' | 'encode-bytes'} mode
 * @returns {(events: readonly any[], use: any) => unknown}
 */
function encoderOf(adapter, mode) {
  if (mode === 'encode-bytes' && adapter.encodeAllBytes) return adapter.encodeAllBytes;
  const encode = defined(mode === 'encode-text' ? adapter.encodeText : adapter.encodeBytes, mode);
  return (events, use) => {
    for (let i = 0; i < events.length; i++) use(encode(events[i]));
  };
}

/** @param {(events: readonly any[], use: any) => unknown} encode @param {readonly any[]} events */
async function written(encode, events) {
  /** @type {string[]} */
  const blocks = [];
  await encode(events, (/** @type {string | Uint8Array} */ block) => {
    blocks.push(typeof block === 'string' ? block : decode(block));
  });
  return blocks;
}

/**
 * The peer's answers to the conformance data: a stream counts as wrong if it is so whole or one unit at a time.
 * IDs are compared only where the peer gives the last event ID.
 * @param {Adapter} adapter
 * @param {import('./suites.mjs').Mode} mode
 * @returns {Promise<Verdict>}
 */
export async function judge(adapter, mode) {
  /** @type {Verdict} */
  const verdict = { wrong: 0, of: 0 };
  if (mode === 'encode-text' || mode === 'encode-bytes') {
    const encode = encoderOf(adapter, mode);
    for (const { name, input, expected } of trickyEvents()) {
      verdict.of++;
      const [block] = await written(encode, [adapter.shape?.(input) ?? input]).catch(() => []);
      const want = JSON.stringify(readBlock(expected));
      if (block !== undefined && JSON.stringify(readBlock(block)) === want) continue;
      verdict.wrong++;
      verdict.first ??= name;
    }
    return verdict;
  }
  const parse = parserOf(adapter, mode);
  const ids = adapter.id === 'last' ? adapter : { ...adapter, id: /** @type {const} */ ('none') };
  for (const { name, chunkings, expected } of trickyStreams(mode === 'parse-text' ? 'text' : 'bytes')) {
    verdict.of++;
    for (const chunks of chunkings) {
      if (compare(await collect(parse, chunks, ids), expected, ids).wrong === 0) continue;
      verdict.wrong++;
      verdict.first ??= name;
      break;
    }
  }
  return verdict;
}

/** @template {{ name: string }} T @param {readonly T[]} items @param {string} name @returns {T} */
function named(items, name) {
  const item = items.find((candidate) => candidate.name === name);
  if (item === undefined) throw new Error(`No workload is named ${name}.`);
  return item;
}

/** @template T @param {T | undefined} method @param {string} mode @returns {T} */
function defined(method, mode) {
  if (method === undefined) throw new Error(`The adapter does not take part in ${mode}.`);
  return method;
}
