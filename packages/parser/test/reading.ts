import { type Chunk, createParser, type IgnoredLine, type ParserOptions } from '@eventwire/parser';
import type { Reading as Reference } from '../../../conformance/reference';

/** What the parser says of a stream; what it ignores only if that was asked for. */
type Reading = Omit<Reference, 'ignored'> & Partial<Pick<Reference, 'ignored'>>;

interface ReadOptions extends ParserOptions {
  flush?: boolean;
  /** Also report what is ignored, which takes another way through the parser. */
  ignored?: boolean;
}

export function read(
  chunks: Iterable<Chunk>,
  { flush = false, ignored, ...options }: ReadOptions = {},
): Reading {
  const reading: Reading = { events: [], comments: [], retries: [], ids: [], lastEventId: '' };
  const lines: IgnoredLine[] = [];
  const parser = createParser(
    {
      onEvent: (event) => reading.events.push(event),
      onComment: (text) => reading.comments.push(text),
      onRetry: (ms) => reading.retries.push(ms),
      onLastEventId: (id) => reading.ids.push(id),
      onIgnored: ignored ? (line) => lines.push(line) : undefined,
    },
    options,
  );
  for (const chunk of chunks) parser.feed(chunk);
  parser.end({ flush });
  reading.lastEventId = parser.lastEventId;
  if (ignored) reading.ignored = lines;
  return reading;
}

/** Pieces of `size` units, the last one maybe smaller. */
export function pieces<T extends Chunk>(input: T, size: number): T[] {
  const result: T[] = [];
  for (let i = 0; i < input.length; i += size) result.push(cut(input, i, i + size));
  return result;
}

/** Both halves, for every position, the ends included; of a long input for every seventh one. */
export function* splits<T extends Chunk>(input: T): Generator<[T, T]> {
  const step = input.length > 1000 ? 7 : 1;
  for (let i = 0; i <= input.length; i += step) yield [cut(input, 0, i), cut(input, i, input.length)];
}

/** A piece per pair of neighbouring positions; equal positions make empty pieces. */
export function cutAt<T extends Chunk>(input: T, positions: number[]): T[] {
  const sorted = [0, ...positions.map((p) => p % (input.length + 1)), input.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, i) => cut(input, sorted[i] ?? 0, end));
}

function cut<T extends Chunk>(input: T, start: number, end: number): T {
  return input.slice(start, end) as T;
}
