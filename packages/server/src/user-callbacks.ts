import type { Reporter } from '@eventwire/options';

/** Calls code that is not ours, so that its error concerns nobody else. */
export function attempt<T>(call: () => T, report: Reporter): T | undefined {
  try {
    return call();
  } catch (error) {
    report(error);
    return undefined;
  }
}
