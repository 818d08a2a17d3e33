// What parsers hold, measured in a process of its own: see parser.test.ts. Arguments: a scenario, the form, the limit.
import { createParser, type EventStreamParser } from '@eventwire/parser';

const [, name, form, limit] = process.argv;
const LIMIT = Number(limit);
const CHUNK = 64 * 1024;

const collect = (globalThis as { gc?: () => void }).gc;

/** Bytes on the heap and in buffers, after a forced collection. */
function held(): number {
  collect?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Nothing holds what `make` returns but `kept`. */
function growth(make: () => unknown): number {
  const before = held();
  const kept = [make()];
  const after = held();
  return kept.length > 0 ? after - before : 0;
}

const utf8 = new TextEncoder();

/** The most that a parser holds of one block of these lines, whose data grows to nearly the limit. */
function peak(line: string, perLine: number, asBytes: boolean): number {
  const lines = line.repeat(Math.ceil(CHUNK / line.length));
  const count = lines.length / line.length;
  const parser = createParser({}, { maxEventSize: LIMIT });
  const before = held();
  let most = 0;
  for (let data = 0, chunk = 0; data + count * perLine < LIMIT - 1000; data += count * perLine, chunk++) {
    // A text of its own for each chunk, as it comes from a socket.
    parser.feed(asBytes ? utf8.encode(lines) : ` ${lines}`.slice(1));
    if (chunk % 8 === 7) most = Math.max(most, held() - before);
  }
  return Math.max(most, held() - before);
}

/** Streams, each of which has been fed this and waits for more. */
const waiting = (count: number, feed: (parser: EventStreamParser) => void) =>
  growth(() =>
    Array.from({ length: count }, () => {
      const parser = createParser({});
      feed(parser);
      return parser;
    }),
  );

const comment = (length: number) => `: ${'x'.repeat(length)}\n`;
const id = `id: ${'1'.repeat(40)}\n`;
/** A text that shares its memory with no other one. */
const fresh = (text: string, asBytes: boolean) =>
  asBytes ? utf8.encode(text) : new TextDecoder().decode(utf8.encode(text));

/** What it is to the reader of a test, and what it measures. */
const scenarios = {
  'empty data lines': (asBytes: boolean) => peak('data\n', 1, asBytes),
  'empty data lines with a colon': (asBytes: boolean) => peak('data:\n', 1, asBytes),
  'data lines of a character': (asBytes: boolean) => peak('data: x\n', 2, asBytes),
  'data lines of 80 characters': (asBytes: boolean) => peak(`data: ${'x'.repeat(80)}\n`, 81, asBytes),
  'a line in small pieces': (asBytes: boolean) => {
    const parser = createParser({}, { maxEventSize: LIMIT });
    return growth(() => {
      parser.feed('data: ');
      for (let i = 0; i < LIMIT / 100; i++) parser.feed(fresh('x'.repeat(99), asBytes));
      return parser;
    });
  },
  'data lines behind comments': (asBytes: boolean) =>
    waiting(1, (parser) => {
      for (let i = 0; i < 1500; i++)
        parser.feed(fresh(`\n${comment(30_000)}data: the start of a line`, asBytes));
    }),
  'a thousand streams in the midst of a block': (asBytes: boolean) =>
    waiting(1000, (parser) => {
      for (let i = 0; i < 3; i++)
        parser.feed(
          fresh(`\n${comment(30_000)}event: a long name of it\n${id}data: the start of it`, asBytes),
        );
    }),
  'a thousand streams between two blocks': (asBytes: boolean) =>
    waiting(1000, (parser) => {
      for (let i = 0; i < 3; i++) parser.feed(fresh(`${comment(30_000)}${id}data: all of it\n\n`, asBytes));
    }),
  'a small event of a chunk of a megabyte': (asBytes: boolean) =>
    growth(() => {
      const kept: string[] = [];
      const parser = createParser({ onEvent: ({ data }) => kept.push(data) });
      const filler = comment(1000).repeat(500);
      for (let i = 0; i < 100; i++)
        parser.feed(fresh(`${filler}data: an event of 20 chars\n\n${filler}`, asBytes));
      return kept;
    }),
} satisfies Record<string, (asBytes: boolean) => number>;

export type Scenario = keyof typeof scenarios;

console.log(scenarios[name as Scenario](form === 'bytes'));
