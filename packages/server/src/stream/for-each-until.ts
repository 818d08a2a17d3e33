/**
 * Calls `each` with what `source` gives, one after the other, until it has run out, something throws, or
 * `signal` is aborted. Waits for what `each` gives, if it gives anything.
 *
 * On abort the iterator's `return()` is called at once and nothing is waited for, so that a generator runs
 * its `finally` as soon as it can, also when it awaits something that never comes. An error of a source
 * that was closed goes to `onLate`.
 */
export function forEachUntil<T>(
  source: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal,
  onLate: (error: unknown) => void,
  each: (value: T) => Promise<void> | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const iterator = open(source);
    let running = true;
    const release = () => {
      if (running) close(iterator, onLate);
      running = false;
    };
    const onAbort = () => {
      release();
      resolve();
    };
    // No promise and no closure for each value, which could be measured: a `next()` that never settles
    // leaves this function waiting, and `onAbort` has settled the promise by then.
    const run = async () => {
      while (running) {
        let step: IteratorResult<T>;
        try {
          const next = iterator.next();
          step = 'then' in next ? await next : next;
        } catch (error) {
          running = false; // a source that threw is over
          throw error;
        }
        if (!running) return;
        if (step.done) {
          running = false;
          return;
        }
        const room = each(step.value);
        if (room) await room;
      }
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    run()
      .finally(() => {
        signal.removeEventListener('abort', onAbort);
        release();
      })
      .then(resolve, reject);
  });
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
