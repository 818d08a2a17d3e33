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

/**
 * The chunks of any source, which is cancelled if they are not read to their end. A ReadableStream is also
 * cancelled once `signal` is aborted, which is its end.
 */
export async function* chunksOf<T>(
  source: Chunks<T>,
  signal?: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  if (!('getReader' in source)) return yield* source;
  const reader = source.getReader();
  // Of a stream that is through, this does nothing, and of one that has failed, it repeats the failure.
  const cancel = () => reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value as T;
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    await cancel();
  }
}
