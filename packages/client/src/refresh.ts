import type { Config } from './check-options';
import type { EndContext } from './options';
import type { Timer } from './timer';

type Refresh = NonNullable<Config['refresh']>;

/** What streams that share a `refresh` function share: its present run, and how many have succeeded. */
export interface SharedRefresh {
  run?: Promise<void> | undefined;
  succeeded: number;
}

const all = new WeakMap<Refresh, SharedRefresh>();

export function sharedRefresh(refresh: Refresh): SharedRefresh {
  let shared = all.get(refresh);
  if (!shared) {
    shared = { succeeded: 0 };
    all.set(refresh, shared);
  }
  return shared;
}

/** Runs it, one at a time, or waits for the present run; rejects with what it did, or where that takes too long. */
export async function runRefresh(
  refresh: Refresh,
  shared: SharedRefresh,
  context: EndContext,
  timer: Timer,
  limit: number | false | undefined,
): Promise<void> {
  shared.run ??= Promise.resolve(context)
    .then(refresh)
    .then(() => {
      shared.succeeded++;
    });
  const { run } = shared;
  try {
    await new Promise((resolve, reject) => {
      run.then(resolve, reject);
      if (limit) timer(limit, () => reject(`it took ${limit} ms`));
    });
  } finally {
    if (shared.run === run) shared.run = undefined;
  }
}
