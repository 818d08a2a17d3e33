/** Told of an error. Does not throw. */
export type Reporter = (error: unknown) => void;

/** Makes a user's `onError` safe to call anywhere: a report must not fail at the place where it is made. */
export function safeReporter(onError: (error: unknown) => void): Reporter {
  return (error) => {
    try {
      const result: unknown = onError(error);
      // The rejection of an async function, which nobody else would see.
      Promise.resolve(result).catch((failure) => console.error(failure));
    } catch (failure) {
      console.error(failure);
    }
  };
}

/** Calls code that is not ours, so that its error concerns nobody else. */
export function attempt<T>(call: () => T, report: Reporter): T | undefined {
  try {
    return call();
  } catch (error) {
    report(error);
    return undefined;
  }
}
