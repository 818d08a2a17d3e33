import type { EventLog, LogPage } from '../../src/index';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A log as behind a network: everything takes a while, the tail lags, and may lose its place. */
export function remote(log: EventLog, delay: () => number, before: boolean): EventLog & { cut(): void } {
  const later = async <T>(value: () => T | Promise<T>): Promise<T> => {
    for (let n = delay(); n > 0; n--) await turn();
    const result = await value();
    for (let n = delay(); n > 0; n--) await turn();
    return result;
  };
  const cuts = new Set<() => void>();
  const cursorBefore = log.cursorBefore?.bind(log);
  return {
    append: async (event, options) => log.append(event, options),
    lastId: () => later(() => log.lastId()),
    compare: (a, b) => log.compare(a, b),
    read: (after, options) => later(() => log.read(after, options)),
    async follow(after, listener, signal) {
      let queue: Promise<unknown> = Promise.resolve();
      let waiting: LogPage | undefined;
      const own = new AbortController();
      signal.addEventListener('abort', () => own.abort());
      const deliver = (page: LogPage) => {
        if (waiting && !waiting.gap && !page.gap) {
          waiting.events.push(...page.events);
          return;
        }
        const batch = { events: [...page.events], gap: page.gap };
        waiting = batch;
        queue = queue.then(() =>
          later(() => {
            if (waiting === batch) waiting = undefined;
            if (!signal.aborted) listener(batch);
          }),
        );
      };
      await later(() => log.follow(after, deliver, own.signal));
      const cut = () => {
        cuts.delete(cut);
        own.abort();
        deliver({ events: [], gap: true });
      };
      cuts.add(cut);
      signal.addEventListener('abort', () => cuts.delete(cut));
    },
    locate: (wireId) => later(() => log.locate?.(wireId)),
    ...(before && cursorBefore ? { cursorBefore } : {}),
    cut() {
      for (const cut of [...cuts]) cut();
    },
  };
}
