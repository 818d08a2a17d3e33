import { byteChunks, pieceChunks, textChunks } from './chunks.mjs';
import { seededSource } from './random.mjs';

/**
 * What an event stream should read as, known to the generator that wrote it.
 * @typedef {object} ExpectedEvent
 * @property {string} type `message` where the stream names none
 * @property {string} data
 * @property {string} lastEventId
 * @property {string | undefined} [id] the block's own; absent where it is not known
 */

/**
 * @typedef {object} ParseInput
 * @property {string[]} text the chunks as text
 * @property {Uint8Array<ArrayBuffer>[]} bytes the same stream in chunks of bytes
 * @property {ExpectedEvent[]} expected
 */

/**
 * @typedef {object} ParseWorkload
 * @property {string} name
 * @property {string} title for tables
 * @property {string} description with its sizes
 * @property {(seed: number) => ParseInput} generate
 */

const KIB = 1024;
const CHUNK = 64 * KIB;
const WORDS =
  'the of and to in is that for it as was with be by on not he his but at are this have from'.split(' ');
const HEX = '0123456789abcdef';
const LATIN = 'abcdefghijklmnopqrstuvwxyz0123456789 ,.-';
const WIDE = '流式事件服务器发送的数据日本語のテキストをここに한국어문장입니다😀🚀🌍é';

/** @typedef {ReturnType<typeof seededSource>} Source */

/**
 * One streamed token as language model servers send it: about 150 bytes of JSON.
 * @param {Source} source @param {string} id @param {string} content
 */
const token = ({ integer }, id, content) =>
  `{"id":"chatcmpl-${id}","object":"chat.completion.chunk","created":17${integer(10_000_000, 99_999_999)},` +
  `"model":"model-1","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]}`;

/** @param {string} data @param {string} [type] @param {string} [id] @returns {ExpectedEvent} */
const event = (data, type = 'message', id = undefined) => ({ type, data, lastEventId: id ?? '', id });

/** @param {readonly string[]} blocks @param {ExpectedEvent[]} expected @param {number} size @returns {ParseInput} */
const chunked = (blocks, expected, size) => {
  const stream = blocks.join('');
  return { text: textChunks(stream, size), bytes: byteChunks(stream, size), expected };
};

/** @param {number} seed @param {number} count @param {(source: Source) => string} content */
function tokens(seed, count, content = ({ pick }) => ` ${pick(WORDS)}`) {
  const source = seededSource(seed);
  const id = source.text(HEX, 10);
  const data = Array.from({ length: count }, () => token(source, id, content(source)));
  return { data, expected: data.map((text) => event(text)) };
}

/** @param {string} data */
const block = (data) => `data: ${data}\n\n`;

/** @type {readonly ParseWorkload[]} */
export const parseWorkloads = [
  {
    name: 'tokens-single',
    title: 'LLM tokens, one event a chunk',
    description: '4,096 JSON deltas of about 150 bytes, each event in a chunk of its own',
    generate(seed) {
      const { data, expected } = tokens(seed, 4096);
      return { ...pieceChunks(data.map(block)), expected };
    },
  },
  {
    name: 'tokens-64k',
    title: 'LLM tokens, 64 KiB',
    description: '4,096 JSON deltas of about 150 bytes, in chunks of 64 KiB',
    generate(seed) {
      const { data, expected } = tokens(seed, 4096);
      return chunked(data.map(block), expected, CHUNK);
    },
  },
  {
    name: 'ticks',
    title: 'small ticks',
    description: '16,384 events of about 20 bytes of data (`{"s":"ABC","p":12.34}`), in chunks of 64 KiB',
    generate(seed) {
      const { integer, pick } = seededSource(seed);
      const data = Array.from(
        { length: 16_384 },
        () => `{"s":"${pick(['ABC', 'DEFG', 'XY'])}","p":${integer(1, 999)}.${integer(10, 99)}}`,
      );
      return chunked(
        data.map(block),
        data.map((text) => event(text)),
        CHUNK,
      );
    },
  },
  {
    name: 'id-event-data',
    title: 'id + event + data',
    description: '8,192 events with id, type and about 50 bytes of data, in chunks of 64 KiB',
    generate(seed) {
      const { pick, integer, text } = seededSource(seed);
      const expected = Array.from({ length: 8192 }, (_, index) =>
        event(
          `{"job":${integer(1, 99)},"state":"${text(LATIN, integer(20, 36))}"}`,
          pick(['job.started', 'job.progress', 'job.finished']),
          String(100_000 + index),
        ),
      );
      const blocks = expected.map(({ id, type, data }) => `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`);
      return chunked(blocks, expected, CHUNK);
    },
  },
  {
    name: 'line-1m',
    title: '1 MiB line',
    description: 'one event whose single data line has 1 MiB, in chunks of 16 KiB',
    generate(seed) {
      const data = seededSource(seed).text(LATIN, KIB * KIB);
      return chunked([block(data)], [event(data)], 16 * KIB);
    },
  },
  {
    name: 'lines-500',
    title: '500 x 80 lines',
    description: '16 events of 500 data lines of 80 characters, in chunks of 64 KiB',
    generate(seed) {
      const { text } = seededSource(seed);
      const events = Array.from({ length: 16 }, () => Array.from({ length: 500 }, () => text(LATIN, 80)));
      return chunked(
        events.map((lines) => `${lines.map((line) => `data: ${line}\n`).join('')}\n`),
        events.map((lines) => event(lines.join('\n'))),
        CHUNK,
      );
    },
  },
  {
    name: 'crlf',
    title: 'CRLF',
    description: '4,096 JSON deltas of about 150 bytes with CRLF line endings, in chunks of 64 KiB',
    generate(seed) {
      const { data, expected } = tokens(seed, 4096);
      return chunked(
        data.map((text) => `data: ${text}\r\n\r\n`),
        expected,
        CHUNK,
      );
    },
  },
  {
    name: 'multibyte',
    title: 'multibyte',
    description:
      '4,096 JSON deltas with 8 to 40 CJK characters and emoji each, in chunks of 64 KiB that divide characters',
    generate(seed) {
      const { data, expected } = tokens(seed, 4096, ({ text, integer }) => text(WIDE, integer(8, 40)));
      return chunked(data.map(block), expected, CHUNK);
    },
  },
  {
    name: 'comments',
    title: 'comments',
    description: '16,380 blocks in chunks of 64 KiB: nine comments (`: heartbeat 1234`) to one JSON delta',
    generate(seed) {
      const source = seededSource(seed);
      const { data, expected } = tokens(seed, 1638);
      const blocks = Array.from({ length: 1638 * 10 }, (_, index) =>
        index % 10 === 9
          ? block(/** @type {string} */ (data[(index - 9) / 10]))
          : `: heartbeat ${source.integer(1000, 9999)}\n\n`,
      );
      return chunked(blocks, expected, CHUNK);
    },
  },
  {
    name: 'one-byte',
    title: '1 byte a chunk',
    description: '256 JSON deltas of about 150 bytes, one byte a chunk',
    generate(seed) {
      const { data, expected } = tokens(seed, 256);
      return chunked(data.map(block), expected, 1);
    },
  },
  {
    name: 'eight-bytes',
    title: '8 bytes a chunk',
    description: 'one event whose single data line has 256 KiB, 8 bytes a chunk',
    generate(seed) {
      const data = seededSource(seed).text(LATIN, 256 * KIB);
      return chunked([block(data)], [event(data)], 8);
    },
  },
];
