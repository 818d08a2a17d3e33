import { connect, type EventStream, type EventStreamMessage } from '@eventwire/client';

/** Follows the stream, and goes on after a reload of the page where it was: `state` is what `reduce` has made of all events. */
export function followOverReloads<T>(
  url: string,
  {
    key,
    initial,
    reduce,
    show,
  }: {
    key: string;
    initial: T;
    reduce: (state: T, event: EventStreamMessage) => T;
    show: (state: T) => void;
  },
): EventStream {
  const saved = sessionStorage.getItem(key);
  let { state, lastEventId }: { state: T; lastEventId: string } =
    saved === null ? { state: initial, lastEventId: '' } : JSON.parse(saved);
  show(state);
  return connect(url, {
    lastEventId,
    onEvent: (event) => {
      state = reduce(state, event);
      lastEventId = event.lastEventId;
      // In one item: an id without the state that it belongs to would skip events.
      sessionStorage.setItem(key, JSON.stringify({ state, lastEventId }));
      show(state);
    },
    onGap: () => {
      // The server no longer has all that was missed, so what is known is not what is.
      state = initial;
      sessionStorage.removeItem(key);
      show(state);
    },
  });
}
