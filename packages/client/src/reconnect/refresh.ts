import type { Config } from '../check-options';
import { causedError } from '../errors';
import type { EndContext } from '../options';
import { report } from '../user-callbacks';
import type { Timer } from './timer';

type Refresh = NonNullable<Config['refresh']>;

/** What streams that share a `refresh` function share: its present run, and how many have succeeded. */
const all = new WeakMap<Refresh, { run?: Promise<void> | undefined; succeeded: number }>();

const sharedBy = (refresh: Refresh) => {
  const shared = all.get(refresh) ?? { succeeded: 0 };
  all.set(refresh, shared);
  return shared;
};

/** How many runs have succeeded; undefined where there is no function. */
export const refreshes = ({ refresh }: Config): number | undefined => refresh && sharedBy(refresh).succeeded;

/**
 * What the user's functions say about an end: true and false as `shouldReconnect` does, `'refreshed'` after a refresh.
 *
 * @param before what `refreshes` said when the attempt began; undefined if it was the one retry after a refresh
 * @param signal aborted once nobody wants to know any more
 * @throws ConnectionError REFRESH_FAILED
 */
export const judge = async (
  { shouldReconnect, refresh, connectTimeout }: Config,
  context: EndContext,
  before: number | undefined,
  timer: Timer,
  signal: AbortSignal,
): Promise<boolean | 'refreshed' | undefined> => {
  const { status, error } = context;
  let verdict: boolean | 'refresh' | undefined;
  try {
    verdict = (await shouldReconnect?.(context)) ?? (status === 401 ? 'refresh' : undefined);
  } catch (error) {
    report(error);
  }
  if (verdict !== 'refresh') return verdict;
  if (!refresh || before === undefined || signal.aborted) return undefined;
  const shared = sharedBy(refresh);
  // Refused for what a run has replaced in the meantime: that run serves this stream too.
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
      if (connectTimeout) timer(connectTimeout, () => reject(`it took ${connectTimeout} ms`));
    });
    return 'refreshed';
  } catch (cause) {
    throw causedError('REFRESH_FAILED', 'refresh failed', cause);
  } finally {
    if (shared.run === run) shared.run = undefined;
  }
};
