/** Told of an error. Does not throw, and gives what the option `onError` gave. */
export type Reporter = (error: unknown) => unknown;

/** Makes the option `onError` safe to call anywhere: a report must not fail at the place where it is made. */
export function safeReporter(onError: (error: unknown) => unknown): Reporter {
  return (error) => {
    try {
      const result: unknown = onError(error);
      // The rejection of an async function, which nobody else would see.
      Promise.resolve(result).catch((failure) => console.error(failure));
      return result;
    } catch (failure) {
      console.error(failure);
      return undefined;
    }
  };
}
