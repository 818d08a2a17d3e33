import type { Config } from './config';
import { ConnectionError } from './connection-error';
import type { Ending } from './endings';
import type { EndContext } from './options';
import { reasonOf, report } from './user-code';

/** What the user's functions say about an end: true and false as `shouldReconnect` does, 'again' after a refresh. */
export type Verdict = boolean | 'again' | undefined;

type Refresh = NonNullable<Config['refresh']>;

/** One at a time: streams that share a function share its run. */
const running = new WeakMap<Refresh, Promise<unknown>>();
/** How many runs have succeeded. */
const succeeded = new WeakMap<Refresh, number>();

export function refreshes({ refresh }: Config): number {
  return (refresh && succeeded.get(refresh)) ?? 0;
}

/** Whether the user has a say in this end: not in the stream's own, `terminal` and `ended`. */
export function isUnsettled({ shouldReconnect, refresh }: Config, ending: Ending): boolean {
  if (ending.kind === 'outcome' && ending.reason !== 'no-content') return false;
  const refreshable = refresh !== undefined && ending.kind === 'error' && ending.error.status === 401;
  return shouldReconnect !== undefined || refreshable;
}

/** What the user's functions are given. */
export function endContext(ending: Ending, attempt: number, lastEventId: string): EndContext {
  const error = ending.kind === 'error' ? ending.error : undefined;
  const status = error ? error.status : ending.kind === 'clean' ? 200 : 204;
  return { attempt, lastEventId, error, status };
}

/**
 * Asks `shouldReconnect`, and runs `refresh` where that, or a 401, says so; never rejects.
 *
 * @param refreshesBefore what `refreshes` said when the attempt began
 */
export async function judge(
  config: Config,
  ending: Ending,
  context: EndContext,
  refreshed: boolean,
  refreshesBefore: number,
): Promise<{ readonly ending: Ending; readonly verdict?: Verdict }> {
  const { shouldReconnect, refresh, connectTimeout, clock } = config;
  let verdict: boolean | 'refresh' | undefined;
  try {
    verdict = (await shouldReconnect?.(context)) ?? (context.status === 401 ? 'refresh' : undefined);
  } catch (error) {
    report(error);
  }
  if (verdict !== 'refresh') return { ending, verdict };
  if (refresh === undefined || refreshed) return { ending }; // one retry, and this was it
  // Refused for what a run has replaced in the meantime: that run serves this stream too.
  if (context.error?.status && refreshes(config) > refreshesBefore) return { ending, verdict: 'again' };

  let run = running.get(refresh);
  if (run === undefined) {
    run = Promise.resolve(context)
      .then(refresh)
      .then(() => void succeeded.set(refresh, refreshes(config) + 1));
    running.set(refresh, run);
  }
  let timer: unknown;
  try {
    const late = new Promise((_, reject) => {
      if (connectTimeout)
        timer = clock.setTimeout(() => reject(`it took ${connectTimeout} ms`), connectTimeout);
    });
    await Promise.race([run, late]);
    return { ending, verdict: 'again' };
  } catch (cause) {
    const error = new ConnectionError('REFRESH_FAILED', `refresh failed: ${reasonOf(cause)}`, { cause });
    return { ending: { kind: 'error', error } };
  } finally {
    clock.clearTimeout(timer);
    if (running.get(refresh) === run) running.delete(refresh);
  }
}
