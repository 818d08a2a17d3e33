import { encodeWorkloads } from './encode-workloads.mjs';
import { parseWorkloads } from './parse-workloads.mjs';

/** @typedef {'parse-text' | 'parse-bytes' | 'iterate' | 'encode-text' | 'encode-bytes'} Mode */

/**
 * @typedef {object} Suite
 * @property {Mode} mode
 * @property {string} option what `--suite` calls it
 * @property {string} title
 * @property {readonly { name: string, title: string, description: string }[]} workloads
 */

const iterated = ['tokens-single', 'tokens-64k', 'id-event-data', 'multibyte'];

/** @type {readonly Suite[]} */
export const suites = [
  { mode: 'parse-text', option: 'parse-text', title: 'Parsing text', workloads: parseWorkloads },
  { mode: 'parse-bytes', option: 'parse-bytes', title: 'Parsing bytes', workloads: parseWorkloads },
  {
    mode: 'iterate',
    option: 'iterate',
    title: 'Iterating over a Response',
    workloads: parseWorkloads.filter(({ name }) => iterated.includes(name)),
  },
  { mode: 'encode-text', option: 'encode', title: 'Encoding to text', workloads: encodeWorkloads },
  { mode: 'encode-bytes', option: 'encode', title: 'Encoding to bytes', workloads: encodeWorkloads },
];
