import { readFileSync } from 'node:fs';
import type { Chunk } from '@eventwire/parser';
import { describe, expect, it } from 'vitest';
import { reference } from '../../../conformance/reference';
import { pieces, read, splits } from './reading';

interface Case {
  name: string;
  spec: string;
  input?: string;
  inputBase64?: string;
  textOnly?: boolean;
  flush?: boolean;
  events: { type: string; data: string; lastEventId: string }[];
  comments: string[];
  retries: number[];
  lastEventId: string;
}

const file = new URL('../../../conformance/parse.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

const decodeWithMark = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** The case's stream as bytes and as text, where it can be both. */
function forms({ input, inputBase64, textOnly }: Case): [string, Chunk][] {
  if (inputBase64 !== undefined) {
    const bytes = Uint8Array.from(atob(inputBase64), (c) => c.charCodeAt(0));
    return [
      ['bytes', bytes],
      ['text', decodeWithMark(bytes)],
    ];
  }
  if (input === undefined) throw new Error('a case has input or inputBase64');
  const text: [string, Chunk] = ['text', input];
  return textOnly ? [text] : [text, ['bytes', new TextEncoder().encode(input)]];
}

describe('conformance/parse.json', () => {
  it('has at least 120 cases, each with a name of its own and a step of the Standard', () => {
    expect(cases.length).toBeGreaterThanOrEqual(120);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.filter(({ spec }) => spec.length < 10)).toEqual([]);
  });

  it('is text only where the text has a lone surrogate, and only there', () => {
    for (const { name, input = '', textOnly = false } of cases) {
      const survives =
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(input)) === input;
      expect([name, textOnly]).toEqual([name, !survives]);
    }
  });

  describe.each(cases)('$name', (example) => {
    const { flush = false, events, comments, retries, lastEventId } = example;
    const expected = { events, comments, retries, lastEventId };

    function says(chunks: Chunk[], ignored = false) {
      const reading = read(chunks, { flush, ignored });
      const seen = reading.events.map(({ id: _, ...event }) => event);
      return {
        events: seen,
        comments: reading.comments,
        retries: reading.retries,
        lastEventId: reading.lastEventId,
      };
    }

    it.each(forms(example))('as %s', (_, input) => {
      expect(says([input])).toEqual(expected);
      for (const size of [1, 2, 3]) expect(says(pieces(input, size))).toEqual(expected);
      for (const halves of splits(input)) expect(says(halves)).toEqual(expected);
      expect(says(pieces(input, 1), true)).toEqual(expected);
    });

    it('agrees with the reference', () => {
      for (const [, input] of forms(example)) expect(reference(input, flush)).toMatchObject(expected);
    });
  });
});
