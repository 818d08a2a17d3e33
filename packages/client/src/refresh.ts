import type { Config } from './check-options';
import type { EndContext } from './options';
import type { Timer } from './timer';

type Refresh = NonNullable<Config['refresh']>;

/** One at a time: streams that share a function share its run. */
const running = new WeakMap<Refresh, Promise<unknown>>();

/** Runs the user's `refresh`, or waits for its present run; rejects with what it did, or where that takes too long. */
export async function refreshOnce(
  refresh: Refresh,
  context: EndContext,
  timer: Timer,
  limit: number | false | undefined,
): Promise<void> {
  let run = running.get(refresh);
  if (!run) {
    run = Promise.resolve(context).then(refresh);
    running.set(refresh, run);
  }
  try {
    await Promise.race([
      run,
      new Promise((_, reject) => {
        if (limit) timer(limit, () => reject(`it took ${limit} ms`));
      }),
    ]);
  } finally {
    if (running.get(refresh) === run) running.delete(refresh);
  }
}
