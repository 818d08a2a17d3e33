/**
 * Every way to cut a stream in two, one after the other: `length + 1` pairs, also those with an empty first
 * or second piece. Text is cut between UTF-16 code units, bytes anywhere; bytes are views of the stream, not
 * copies.
 *
 * The pairs are made as they are asked for. Like any generator it can be iterated once.
 */
export function allSplits(stream: string): Generator<[string, string], void, undefined>;
export function allSplits(stream: Uint8Array): Generator<[Uint8Array, Uint8Array], void, undefined>;
export function allSplits(
  stream: string | Uint8Array,
): Generator<[string, string] | [Uint8Array, Uint8Array], void, undefined>;
export function* allSplits(
  stream: string | Uint8Array,
): Generator<[string, string] | [Uint8Array, Uint8Array], void, undefined> {
  for (let at = 0; at <= stream.length; at++) {
    yield typeof stream === 'string'
      ? [stream.slice(0, at), stream.slice(at)]
      : [stream.subarray(0, at), stream.subarray(at)];
  }
}
