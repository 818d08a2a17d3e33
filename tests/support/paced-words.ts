/** Words as a language model gives them: each one after the first only when the test says so. */
export function pacedWords() {
  /** What those who say them have come to: words given, and sayings that are over. */
  const seen = { given: 0, left: 0 };
  let next = () => {};
  return {
    seen,
    /** Lets the next word of whoever waits be said. */
    next: () => next(),
    async *say(words: Iterable<string>, signal: AbortSignal) {
      try {
        for (const word of words) {
          seen.given++;
          yield word;
          await new Promise<void>((resolve) => {
            next = resolve;
            signal.addEventListener('abort', () => resolve());
          });
          signal.throwIfAborted();
        }
      } finally {
        seen.left++;
      }
    },
  };
}
