/**
 * A ReadableStream, as every library of types describes it: some have none, and in others it is no
 * AsyncIterable.
 */
interface ChunkStream<T> {
  getReader(): {
    read(): Promise<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** Where chunks come from, one after the other. */
export type Chunks<T> = Iterable<T> | AsyncIterable<T> | ChunkStream<T>;

/** The chunks of any source, which is cancelled if they are not read to their end. */
export async function* chunksOf<T>(source: Chunks<T>): AsyncGenerator<T, void, undefined> {
  if (!('getReader' in source)) return yield* source;
  const reader = source.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value as T;
    }
  } finally {
    // Of a stream that is through or has failed, this does nothing, and repeats the failure.
    await reader.cancel().catch(() => {});
  }
}
