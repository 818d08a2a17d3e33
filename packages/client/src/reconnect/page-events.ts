import type { Config } from '../config';

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
 */
export function createPageEvents(
  { visibility }: Config,
  onOnline: () => void,
  onVisibility: () => void,
): PageEvents {
  const counts = visibility === 'pause';
  const each = (method: 'addEventListener' | 'removeEventListener') => {
    globalThis[method]?.('online', onOnline);
    if (counts) globalThis.document?.[method]('visibilitychange', onVisibility);
  };
  return {
    isHidden: () => counts && !!globalThis.document?.hidden,
    start: () => each('addEventListener'),
    stop: () => each('removeEventListener'),
  };
}
