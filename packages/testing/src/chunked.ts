import fc from 'fast-check';

/**
 * How to cut a stream, whatever its length: so that a failure shrinks its stream and its cuts independently.
 */
interface Plan {
  /** Chunks of this many units throughout, or, without it, cuts at these places. */
  size: number | null;
  cuts: number[];
  /** Places in the list of chunks where an empty one is put. */
  empties: number[];
  /**
   * Bytes between the chunks in one buffer, which are not the stream's; 0: a buffer for each; null: the
   * stream's own.
   */
  margin: number | null;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  size: fc.option(fc.constantFrom(1, 2, 3, 7), { freq: 2 }),
  cuts: fc.array(fc.nat(65_535), { maxLength: 8 }),
  empties: fc.oneof(
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    fc.array(fc.nat(255), { maxLength: 3 }),
  ),
  margin: fc.option(fc.nat(5), { freq: 2 }),
});

/** A stream together with one of its chunkings. */
export interface ChunkedStream<T extends string | Uint8Array> {
  stream: T;
  chunks: T[];
}

/**
 * Any chunking of a stream: whole, one unit at a time, two, three or seven at a time, or cut at arbitrary
 * places; with empty chunks at any place. Text is cut between UTF-16 code units. Chunks of bytes are views of
 * the stream, or copies, or views of another buffer, between bytes that are not the stream's.
 *
 * For streams that are arbitrary themselves use {@link withChunks}, which shrinks better than `chain`.
 */
export function chunked(stream: string): fc.Arbitrary<string[]>;
export function chunked(stream: Uint8Array): fc.Arbitrary<Uint8Array[]>;
export function chunked(stream: string | Uint8Array): fc.Arbitrary<string[] | Uint8Array[]>;
export function chunked(stream: string | Uint8Array): fc.Arbitrary<string[] | Uint8Array[]> {
  return plan.map((each) => cut(stream, each));
}

/** Any stream of `streams` with any of its chunkings; a failure shrinks both, independently. */
export function withChunks(streams: fc.Arbitrary<string>): fc.Arbitrary<ChunkedStream<string>>;
export function withChunks(streams: fc.Arbitrary<Uint8Array>): fc.Arbitrary<ChunkedStream<Uint8Array>>;
export function withChunks(
  streams: fc.Arbitrary<string> | fc.Arbitrary<Uint8Array>,
): fc.Arbitrary<ChunkedStream<string> | ChunkedStream<Uint8Array>> {
  return fc
    .tuple<[string | Uint8Array, Plan]>(streams, plan)
    .map(([stream, each]) => ({ stream, chunks: cut(stream, each) }) as ChunkedStream<string>);
}

function cut(stream: string | Uint8Array, { size, cuts, empties, margin }: Plan): string[] | Uint8Array[] {
  const ends = size === null ? cuts.map((place) => place % (stream.length + 1)) : multiples(size, stream);
  const places = [0, ...ends.sort((a, b) => a - b), stream.length];
  for (const place of empties) {
    const index = place % places.length;
    places.splice(index, 0, places[index] ?? 0);
  }
  const ranges = places.slice(1).map((end, index): [number, number] => [places[index] ?? 0, end]);
  if (typeof stream === 'string') return ranges.map(([start, end]) => stream.slice(start, end));
  if (margin === null) return ranges.map(([start, end]) => stream.subarray(start, end));
  if (margin === 0) return ranges.map(([start, end]) => stream.slice(start, end));
  return withMargins(stream, ranges, margin);
}

function multiples(size: number, { length }: { length: number }): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(length / size) - 1) }, (_, index) => (index + 1) * size);
}

/**
 * The chunks apart from each other in one buffer: a reader that goes past them finds line endings that are
 * not there.
 */
function withMargins(stream: Uint8Array, ranges: [number, number][], margin: number): Uint8Array[] {
  const buffer = new Uint8Array(stream.length + (ranges.length + 1) * margin).fill(0x0a);
  let at = 0;
  return ranges.map(([start, end]) => {
    at += margin;
    buffer.set(stream.subarray(start, end), at);
    const chunk = buffer.subarray(at, at + end - start);
    at += end - start;
    return chunk;
  });
}
