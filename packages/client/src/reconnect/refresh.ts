import type { Config } from '../config';
import type { EndContext } from '../contexts';
import { causedError } from '../errors';
import { report } from '../user-callbacks';
import type { Timer } from './timer';

type Refresh = NonNullable<Config['refresh']>;

/** Shared by the streams that share a `refresh` function: its present run, and how many have succeeded. */
const all = new WeakMap<Refresh, { run?: Promise<void> | undefined; succeeded: number }>();

const sharedBy = (refresh: Refresh) => {
  const shared = all.get(refresh) ?? { succeeded: 0 };
  all.set(refresh, shared);
  return shared;
};

/** How many runs have succeeded; undefined where there is no function. */
export const countRefreshes = ({ refresh }: Config): number | undefined =>
  refresh && sharedBy(refresh).succeeded;

/**
 * True and false as `shouldReconnect` says, `'refreshed'` after a refresh; undefined leaves it to the status.
 */
export type Decision = boolean | 'refreshed' | undefined;

/**
 * Asks the user's functions about an end.
 *
 * @param before the result of `countRefreshes` when the attempt began; undefined if it was the one retry
 * after a refresh
 * @param signal aborted once nobody wants to know any more
 * @throws ConnectionError REFRESH_FAILED
 */
export const decide = async (
  { shouldReconnect, refresh, connectTimeout }: Config,
  context: EndContext,
  before: number | undefined,
  timer: Timer,
  signal: AbortSignal,
): Promise<Decision> => {
  const { status, error } = context;
  let wish: boolean | 'refresh' | undefined;
  try {
    wish = (await shouldReconnect?.(context)) ?? (status === 401 ? 'refresh' : undefined);
  } catch (error) {
    report(error);
  }
  if (wish !== 'refresh') return wish;
  if (!refresh || before === undefined || signal.aborted) return undefined;
  const shared = sharedBy(refresh);
  // The attempt used a token that a run has replaced in the meantime: that run serves this stream too.
  if (error?.status && shared.succeeded > before) return 'refreshed';
  shared.run ??= Promise.resolve(context)
    .then(refresh)
    .then(() => {
      shared.succeeded++;
    });
  const { run } = shared;
  try {
    await new Promise((resolve, reject) => {
      run.then(resolve, reject);
      if (connectTimeout)
        timer.start(connectTimeout, () => reject(`it took ${connectTimeout} ms, which is connectTimeout`));
    });
    return 'refreshed';
  } catch (cause) {
    throw causedError('REFRESH_FAILED', 'refresh failed', cause);
  } finally {
    if (shared.run === run) shared.run = undefined;
  }
};
