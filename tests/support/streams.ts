import { readFileSync } from 'node:fs';
import { eventStreamBytes, withChunks } from '@eventwire/testing';
import fc from 'fast-check';

/** A stream of bytes, in one of its chunkings. */
export interface Stream {
  name: string;
  bytes: Uint8Array;
  chunks: Uint8Array[];
}

interface Case {
  name: string;
  input?: string;
  inputBase64?: string;
  textOnly?: boolean;
}

/** The streams of conformance/parse.json, each whole, but for those that no bytes stand for. */
export function conformanceStreams(): Stream[] {
  const file = new URL('../../conformance/parse.json', import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
  return cases
    .filter(({ textOnly }) => !textOnly)
    .map(({ name, input, inputBase64 }) => {
      const bytes = inputBase64 === undefined ? Buffer.from(input ?? '') : Buffer.from(inputBase64, 'base64');
      return { name, bytes, chunks: [bytes] };
    });
}

/** Where browsers are known to read otherwise than the Standard says, and next to it. */
export function departingStreams(): Stream[] {
  return [
    ...['\uFEFF\ndata: x\n\n', '\uFEFF\rdata: x\n\n', '\uFEFF\r\ndata: x\n\n', '\uFEFF\n\n:x\ndata: x\n\n'],
    ...['id: 1\n\ndata: x\n\n', 'id: 1\ndata: x\n\nid\n\ndata: y\n\n'],
    ...['data: a\0b\n\n', 'data:\0\0b\n\n', 'data: \0\n\n', 'event: a\0\ndata: x\n\n', 'da\0ta: x\n\n'],
    ...['\0data: x\n\n', '\n\0data: x\n\n', '\r\n\0\0data: x\n\n', '\r\0data: x\n\n', 'data: x\n\0\n'],
    ...['id:\0\ndata: x\n\n', 'id:\0a\0\ndata: x\n\n', 'id: \0\ndata: x\n\n'],
    ...[
      'id: a\0\n:\ndata: x\ndata: y\n\n',
      'id: a\0\ndata: x\n\n',
      'id: a\0\nid: b\ndata: x\n\n',
      'id: a\0\n\ndata: x\n\n',
    ],
  ].map((text) => {
    const bytes = Buffer.from(text);
    return { name: JSON.stringify(text), bytes, chunks: [bytes] };
  });
}

/** Generated streams in random chunkings: always the same ones for a seed, and the first ones of any greater count. */
export function generatedStreams(count: number, seed: number): Stream[] {
  return fc
    .sample(withChunks(eventStreamBytes()), { numRuns: count, seed })
    .map(({ stream, chunks }, index) => ({ name: `Stream ${index}`, bytes: stream, chunks }));
}
