import { createParser, type EventStreamMessage } from '@eventwire/parser';
import {
  eventStreamBytes,
  eventStreamText,
  type OracleReading,
  oracle,
  toConformanceCase,
  withChunks,
} from '@eventwire/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runSeed } from '../support/random';

/** `pnpm fuzz --runs N --seed S` sets both; a failure names its seed, and prints its stream as a conformance case. */
const numRuns = Number(process.env.EVENTWIRE_RUNS ?? 500);
const parameters = {
  numRuns,
  seed: runSeed,
  interruptAfterTimeLimit: 3_600_000,
  markInterruptAsFailure: true,
};

interface ReadOptions {
  flush: boolean;
  lastEventId: string;
  /** Whether every handler is given: a parser may take another path where one is missing. */
  everything: boolean;
}

const readOptions: fc.Arbitrary<ReadOptions> = fc.record({
  flush: fc.boolean(),
  lastEventId: fc.constantFrom('', 'before'),
  everything: fc.boolean(),
});

function read(chunks: (string | Uint8Array)[], { flush, lastEventId, everything }: ReadOptions) {
  const events: EventStreamMessage[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const ids: string[] = [];
  const onEvent = (event: EventStreamMessage) => void events.push(event);
  const parser = createParser(
    everything
      ? {
          onEvent,
          onComment: (text) => void comments.push(text),
          onRetry: (ms) => void retries.push(ms),
          onLastEventId: (id) => void ids.push(id),
          onIgnored: () => {},
        }
      : { onEvent },
    { lastEventId },
  );
  for (const chunk of chunks) parser.feed(chunk);
  parser.end({ flush });
  return { events, comments, retries, ids, lastEventId: parser.lastEventId };
}

function expectedOf(reading: OracleReading, everything: boolean) {
  const { events, lastEventId } = reading;
  if (!everything) return { events, comments: [], retries: [], ids: [], lastEventId };
  return { events, comments: reading.comments, retries: reading.retries, ids: reading.ids, lastEventId };
}

function compare<T extends string | Uint8Array>(stream: T, chunks: T[], options: ReadOptions): void {
  const { everything, ...oracleOptions } = options;
  const expected = expectedOf(oracle(stream, oracleOptions), everything);
  try {
    expect(read(chunks, options)).toEqual(expected);
  } catch (error) {
    const vector = toConformanceCase(stream, { flush: options.flush });
    throw new Error(`${(error as Error).message}\nAs a case for conformance/parse.json:\n${vector}`);
  }
}

/**
 * A few pieces in any order, cut everywhere: what is carried over a cut meets characters of several bytes behind it, so that a
 * reader who takes positions in the text for positions in the bytes is found out. Random streams hardly ever show that.
 */
const fewPieces = fc
  .array(fc.constantFrom('\n', '\r', 'd', 'data:', 'data', 'id:', '漢', '😀', ':', ' ', 'x', '\uFEFF'), {
    maxLength: 14,
  })
  .map((pieces) => `${pieces.join('')}\n\n`);

describe(`${numRuns} random streams in random chunkings (seed ${runSeed})`, () => {
  it('text reads as the oracle says', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(withChunks(eventStreamText()), readOptions, ({ stream, chunks }, options) =>
        compare(stream, chunks, options),
      ),
      parameters,
    );
  });

  it('long texts read as the oracle says', { timeout: 3_600_000 }, () => {
    // The same again and again, so that their number and not their length is what is random; half of them ASCII.
    const long = fc
      .tuple(eventStreamText(), fc.boolean())
      .map(([stream, ascii]) => (ascii ? stream.replace(/[^\0-\x7f]/g, 'x') : stream))
      .filter((stream) => stream !== '')
      .map((stream) => stream.repeat(Math.ceil(2500 / stream.length)));
    fc.assert(
      fc.property(long, fc.nat(2500), readOptions, (stream, cut, options) =>
        compare(stream, [stream.slice(0, cut), stream.slice(cut)], options),
      ),
      { ...parameters, numRuns: Math.ceil(numRuns / 10) },
    );
  });

  it('bytes read as the oracle says', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(withChunks(eventStreamBytes()), readOptions, ({ stream, chunks }, options) =>
        compare(stream, chunks, options),
      ),
      parameters,
    );
  });

  it('few pieces read as the oracle says, in two and in three chunks, text and bytes', {
    timeout: 3_600_000,
  }, () => {
    const options = { flush: false, lastEventId: '', everything: true };
    fc.assert(
      fc.property(fewPieces, fc.nat(), (text, place) => {
        for (const stream of [text, new TextEncoder().encode(text)]) {
          const first = place % stream.length;
          for (let cut = 0; cut <= stream.length; cut++) {
            const [a, b] = cut < first ? [cut, first] : [first, cut];
            compare(stream, [stream.slice(0, cut), stream.slice(cut)] as (typeof stream)[], options);
            compare(
              stream,
              [stream.slice(0, a), stream.slice(a, b), stream.slice(b)] as (typeof stream)[],
              options,
            );
          }
        }
      }),
      parameters,
    );
  });
});
