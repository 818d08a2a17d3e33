/**
 * Calls `each` with what `source` gives, one after the other, until it has run out, something throws, or
 * `signal` is aborted.
 *
 * On abort the iterator's `return()` is called at once and nothing is waited for, so that a generator runs
 * its `finally` as soon as it can, also when it awaits something that never comes. An error of a source
 * that was closed goes to `onLate`.
 */
export async function forEachUntil<T>(
  source: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal,
  onLate: (error: unknown) => void,
  each: (value: T) => Promise<void> | void,
): Promise<void> {
  const iterator = open(source);
  let running = true;
  const release = () => {
    if (running) close(iterator, onLate);
    running = false;
  };
  if (signal.aborted) return release();
  let wake = () => {};
  const onAbort = () => {
    release();
    wake();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (running) {
      let step: IteratorResult<T> | undefined;
      try {
        step = await new Promise((resolve, reject) => {
          wake = () => resolve(undefined);
          Promise.resolve(iterator.next()).then(resolve, reject);
        });
      } catch (error) {
        running = false; // a source that threw is over
        throw error;
      }
      if (!running || step === undefined) return;
      if (step.done) running = false;
      else await each(step.value);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    release();
  }
}

function open<T>(source: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

function close(iterator: Iterator<unknown> | AsyncIterator<unknown>, onLate: (error: unknown) => void): void {
  try {
    Promise.resolve(iterator.return?.()).catch(onLate);
  } catch (error) {
    onLate(error);
  }
}
