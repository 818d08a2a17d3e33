import { createParser, type EventStreamMessage } from '@eventwire/parser';
import { describe, expect, it } from 'vitest';
import { encodeWorkloads } from '../src/encode-workloads.mjs';
import { type ParseInput, parseWorkloads } from '../src/parse-workloads.mjs';

const SEED = 1;

/** Of chunks that are thousands, the first difference is enough to see. */
function parse(chunks: readonly (string | Uint8Array)[]): EventStreamMessage[] {
  const events: EventStreamMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  for (const chunk of chunks) parser.feed(chunk);
  parser.end();
  return events;
}

const expectedOf = ({ expected }: ParseInput) =>
  expected.map(({ type, data, lastEventId, id }) => ({ type, data, lastEventId, id }));

describe.each(parseWorkloads.map((workload) => [workload.name, workload] as const))(
  '%s',
  (_, { generate }) => {
    const input = generate(SEED);

    it('is the same stream as text and as bytes', () => {
      const decoder = new TextDecoder();
      const decoded = input.bytes.map((chunk) => decoder.decode(chunk, { stream: true })).join('');
      expect(decoded + decoder.decode() === input.text.join('')).toBe(true);
    });

    it('is the same for the same seed, and another for another', () => {
      expect(generate(SEED).text.join('') === input.text.join('')).toBe(true);
      expect(generate(SEED + 1).text.join('') === input.text.join('')).toBe(false);
    });

    it.each(['text', 'bytes'] as const)('reads as what the generator wrote, from %s', (kind) => {
      expect(parse(input[kind])).toEqual(expectedOf(input));
    });
  },
);

describe('the sizes that the descriptions promise', () => {
  const lengths = (name: string) => {
    const workload = parseWorkloads.find((candidate) => candidate.name === name);
    if (workload === undefined) throw new Error(`no workload ${name}`);
    return workload.generate(SEED).bytes.map((chunk) => chunk.length);
  };

  it.each([
    ['tokens-64k', 65_536],
    ['line-1m', 16_384],
    ['one-byte', 1],
    ['eight-bytes', 8],
  ])('%s comes in chunks of %i bytes', (name, size) => {
    const sizes = lengths(name);
    expect(sizes.length).toBeGreaterThan(1);
    expect(new Set(sizes.slice(0, -1))).toEqual(new Set([size]));
  });

  it('a token is about 150 bytes', () => {
    const sizes = lengths('tokens-single');
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(mean).toBeGreaterThan(140);
    expect(mean).toBeLessThan(180);
  });
});

it('encode workloads repeat with their seed', () => {
  for (const { generate } of encodeWorkloads) expect(generate(SEED)).toEqual(generate(SEED));
});
