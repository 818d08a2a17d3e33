import { connect, type EventStreamMessage } from '@eventwire/client';
import { type Readable, readable } from 'svelte/store';

/** A store of what `reduce` makes of the events. Its first subscriber connects, and the last one that leaves closes. */
export function eventStore<T>(
  url: string,
  initial: T,
  reduce: (value: T, event: EventStreamMessage) => T,
): Readable<T> {
  let lastEventId = '';
  return readable(initial, (_set, update) => {
    const stream = connect(url, {
      lastEventId, // who subscribes again goes on where the last one left
      onEvent: (event) => {
        lastEventId = event.lastEventId;
        update((value) => reduce(value, event));
      },
    });
    return () => stream.close();
  });
}
