import type { Config } from '../config';
import type { Trace, TraceRecord } from '../trace';
import { callSafely } from '../user-callbacks';

/** Tells the user's callbacks of a stream. */
interface Notifier {
  notify<A>(callback: ((info: A) => unknown) | undefined, info: A): void;
  readonly trace: Trace;
  /** From now on callbacks are called at once. */
  constructed(): void;
}

/** @param attempt gives the newest attempt */
export function createNotifier({ clock, onTrace }: Config, attempt: () => number): Notifier {
  // While connect() runs its caller does not have the stream yet, so callbacks come a microtask later.
  let constructing = true;
  const notify: Notifier['notify'] = (callback, info) => {
    if (constructing) queueMicrotask(() => callSafely(callback, info));
    else callSafely(callback, info);
  };
  return {
    notify,
    trace(type, fields, message = [type, ...Object.values(fields)].filter(Boolean).join(' ')) {
      const record = { type, message, at: clock.now(), attempt: attempt(), ...fields };
      notify(onTrace, record as unknown as TraceRecord);
    },
    constructed() {
      constructing = false;
    },
  };
}
