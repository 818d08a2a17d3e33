import type { RunLog, RunStore } from '../../src/index';

/** With its methods as its own, so that some can be replaced. */
function bound<T extends object>(log: T): T {
  const own: Record<string, unknown> = {};
  for (let at: object = log; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const value = (log as Record<string, unknown>)[name];
      if (name !== 'constructor') own[name] ??= typeof value === 'function' ? value.bind(log) : value;
    }
  }
  return own as T;
}

/** A store some of whose logs' methods are others. */
export function changed(store: RunStore, methods: (log: RunLog) => Partial<RunLog>): RunStore {
  return {
    open(name) {
      const log = store.open(name);
      return Object.assign(bound(log), methods(log));
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
