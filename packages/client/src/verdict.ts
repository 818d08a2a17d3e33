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

/** Asks `shouldReconnect`, and runs `refresh` where that, or a 401, says so; never rejects. */
export async function judge(
  { shouldReconnect, refresh, connectTimeout, clock }: Config,
  ending: Ending,
  context: EndContext,
  refreshed: boolean,
): Promise<{ readonly ending: Ending; readonly verdict?: Verdict }> {
  let verdict: boolean | 'refresh' | undefined;
  try {
    verdict = (await shouldReconnect?.(context)) ?? (context.status === 401 ? 'refresh' : undefined);
  } catch (error) {
    report(error);
  }
  if (verdict !== 'refresh') return { ending, verdict };
  if (refresh === undefined || refreshed) return { ending }; // one retry, and this was it

  let run = running.get(refresh);
  if (run === undefined) {
    run = Promise.resolve(context).then(refresh);
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
