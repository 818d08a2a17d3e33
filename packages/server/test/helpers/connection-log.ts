import { createMemoryLog, type EventLog, type ReadOptions } from '../../src/index';

/** A log behind one connection, which does one thing after the other. It writes down what it was asked for. */
export function connectionLog(delay = 1) {
  const memory = createMemoryLog();
  const asked = { reads: [] as (ReadOptions & { after: string })[], heads: 0 };
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(ask: () => T | Promise<T>): Promise<T> => {
    waiting++;
    const answer = last.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, delay));
      waiting--;
      return ask();
    });
    last = answer.catch(() => {});
    return answer;
  };
  /** For each append, how many others it found in front of it. */
  const inFront: number[] = [];
  const log: EventLog = {
    append: (event, options) => {
      inFront.push(waiting);
      return inTurn(() => memory.append(event, options));
    },
    lastId: () => {
      asked.heads++;
      return inTurn(() => memory.lastId());
    },
    compare: (a, b) => memory.compare(a, b),
    read: (after, options) => {
      asked.reads.push({ after, ...options });
      return inTurn(() => memory.read(after, options));
    },
    follow: (after, listener, signal) => memory.follow(after, listener, signal),
    cursorBefore: (id) => memory.cursorBefore?.(id) ?? '',
  };
  return { log, memory, asked, inFront };
}
