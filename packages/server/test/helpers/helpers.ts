/** A promise settled from outside. */
export function deferred<T = void>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** 'pending', or how a promise has settled, after all that is due has run. */
export async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'pending';
  promise.then(
    () => {
      state = 'resolved';
    },
    (error: unknown) => {
      state = `rejected ${(error as { code?: string }).code ?? String(error)}`;
    },
  );
  await settled();
  return state;
}

/** Once everything that waits for nothing outside has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** The end of this turn, at which the events that were sent in it go out. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

export interface Block {
  type: string;
  id: string | undefined;
  data: string | undefined;
}

/** Reads what our encoder writes (LF only, one space after the colon): enough to look at frames. */
export function blocks(text: string): Block[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => {
      const field = (name: string) =>
        block
          .split('\n')
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2));
      const data = field('data');
      return {
        type: field('event')[0] ?? 'message',
        id: field('id')[0],
        data: data.length > 0 ? data.join('\n') : undefined,
      };
    });
}
