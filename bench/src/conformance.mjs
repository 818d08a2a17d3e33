// The small tricky inputs by which peers are judged beside the workloads: the repository's conformance data.
import { readFileSync } from 'node:fs';

/** @typedef {import('./parse-workloads.mjs').ExpectedEvent} ExpectedEvent */

const read = (/** @type {string} */ name) =>
  JSON.parse(readFileSync(new URL(`../../conformance/${name}`, import.meta.url), 'utf8')).cases;

/**
 * Streams with the events that they are, without those that only an option of our own parser makes so.
 * @param {'text' | 'bytes'} mode
 * @returns {{ name: string, chunkings: (string[] | Uint8Array<ArrayBuffer>[])[], expected: ExpectedEvent[] }[]}
 */
export function trickyStreams(mode) {
  return read('parse.json')
    .filter((/** @type {any} */ test) => {
      if (test.flush) return false;
      return mode === 'text' ? test.input !== undefined : !test.textOnly;
    })
    .map((/** @type {any} */ { name, input, inputBase64, events }) => {
      if (mode === 'text') return { name, chunkings: [[input], [...input]], expected: events };
      const bytes = Uint8Array.from(
        Buffer.from(input ?? inputBase64, input === undefined ? 'base64' : 'utf8'),
      );
      return {
        name,
        chunkings: [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))],
        expected: events,
      };
    });
}

/**
 * Events that every encoder can be given: data that is a string, a type and an id; nothing that we refuse.
 * @returns {{ name: string, input: import('./encode-workloads.mjs').PlainEvent, expected: string }[]}
 */
export function trickyEvents() {
  return read('encode.json')
    .filter((/** @type {any} */ { input, expected }) => {
      if (expected === undefined) return false;
      if (typeof input === 'string') return true;
      return typeof input.data === 'string' && input.retry === undefined && input.comment === undefined;
    })
    .map((/** @type {any} */ { name, input, expected }) => ({
      name,
      input: typeof input === 'string' ? { data: input } : input,
      expected,
    }));
}
