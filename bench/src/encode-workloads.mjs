import { seededSource } from './random.mjs';

/**
 * @typedef {object} PlainEvent
 * @property {string} data
 * @property {string} [type]
 * @property {string} [id]
 */

/**
 * @typedef {object} EncodeWorkload
 * @property {string} name
 * @property {string} title for tables
 * @property {string} description with its sizes
 * @property {(seed: number) => PlainEvent[]} generate
 */

const LATIN = 'abcdefghijklmnopqrstuvwxyz0123456789 ,.-';
const WIDE = '流式事件服务器发送的数据日本語のテキスト한국어문장입니다😀🚀🌍é';

/** @type {readonly EncodeWorkload[]} */
export const encodeWorkloads = [
  {
    name: 'small',
    title: 'small, single line',
    description: '4,096 events of 20 to 60 characters of data and nothing else',
    generate(seed) {
      const { text, integer } = seededSource(seed);
      return Array.from({ length: 4096 }, () => ({ data: text(LATIN, integer(20, 60)) }));
    },
  },
  {
    name: 'id-event-data',
    title: 'id + event + data',
    description: '4,096 events with id, type and about 50 characters of data',
    generate(seed) {
      const { text, integer, pick } = seededSource(seed);
      return Array.from({ length: 4096 }, (_, index) => ({
        id: String(100_000 + index),
        type: pick(['job.started', 'job.progress', 'job.finished']),
        data: text(LATIN, integer(40, 60)),
      }));
    },
  },
  {
    name: 'multi-line',
    title: 'multi-line',
    description: '512 events of 10 to 30 lines of 0 to 80 characters, with LF, in one of four with CRLF',
    generate(seed) {
      const { text, integer } = seededSource(seed);
      return Array.from({ length: 512 }, (_, index) => ({
        data: Array.from({ length: integer(10, 30) }, () => text(LATIN, integer(0, 80))).join(
          index % 4 === 0 ? '\r\n' : '\n',
        ),
      }));
    },
  },
  {
    name: 'large',
    title: 'large text',
    description: '16 events of one line of 64 KiB',
    generate(seed) {
      const { text } = seededSource(seed);
      return Array.from({ length: 16 }, () => ({ data: text(LATIN, 64 * 1024) }));
    },
  },
  {
    name: 'multibyte',
    title: 'multibyte',
    description: '4,096 events of 20 to 60 CJK characters and emoji on one line',
    generate(seed) {
      const { text, integer } = seededSource(seed);
      return Array.from({ length: 4096 }, () => ({ data: text(WIDE, integer(20, 60)) }));
    },
  },
];
