import type { Config } from '../config';
import type { Pause } from './timer';

/** The page that a stream runs in, if it runs in one. */
export interface PageEvents {
  /** Whether the page is hidden, and `visibility` says that this counts. */
  isHidden(): boolean;
  start(): void;
  stop(): void;
}

/**
 * @param onOnline called when the network is back
 * @param onVisibility called when the page is shown or hidden, if that counts
 * @param onReturn called when the page goes on after it was frozen, or away in the back/forward cache
 */
export function createPageEvents(
  { visibility }: Config,
  onOnline: () => void,
  onVisibility: () => void,
  onReturn: (pause: Pause) => void,
): PageEvents {
  const counts = visibility === 'pause';
  const onResume = () => onReturn('held-up');
  const onPageShow = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) onReturn('away');
  };
  const each = (method: 'addEventListener' | 'removeEventListener') => {
    globalThis[method]?.('online', onOnline);
    globalThis[method]?.('pageshow', onPageShow);
    globalThis.document?.[method]?.('resume', onResume);
    if (counts) globalThis.document?.[method]?.('visibilitychange', onVisibility);
  };
  return {
    isHidden: () => counts && !!globalThis.document?.hidden,
    start: () => each('addEventListener'),
    stop: () => each('removeEventListener'),
  };
}
