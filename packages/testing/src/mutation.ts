import fc from 'fast-check';

/** A place in a part of a stream where some units (characters or bytes) are removed, and others put in. */
export interface Mutation<T> {
  /** Counted from the start, and round again where the part is shorter. */
  at: number;
  remove: number;
  insert: T;
}

/** None for most parts of a stream, one or two for the others. */
export function mutations<T>(insert: fc.Arbitrary<T>): fc.Arbitrary<Mutation<T>[]> {
  const mutation: fc.Arbitrary<Mutation<T>> = fc.record<Mutation<T>>({
    at: fc.nat(65_535),
    remove: fc.nat(3),
    insert,
  });
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 7, arbitrary: fc.constant<Mutation<T>[]>([]) },
    { weight: 1, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 2 }) },
  );
}

export function mutateText(text: string, changes: Mutation<string>[]): string {
  return changes.reduce((before, { at, remove, insert }) => {
    const place = at % (before.length + 1);
    return before.slice(0, place) + insert + before.slice(place + remove);
  }, text);
}

export function mutateBytes(bytes: Uint8Array, changes: Mutation<number[]>[]): Uint8Array {
  return changes.reduce((before, { at, remove, insert }) => {
    const place = at % (before.length + 1);
    return Uint8Array.from([...before.subarray(0, place), ...insert, ...before.subarray(place + remove)]);
  }, bytes);
}
