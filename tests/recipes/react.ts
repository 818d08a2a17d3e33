import { connect, type EventStreamMessage } from '@eventwire/client';
import { useEffect, useRef, useState } from 'react';

export type StreamState = 'connecting' | 'open' | 'waiting' | 'closed';

/** Follows the stream at `url` while the component is mounted; what its connection is doing. */
export function useEventStream(url: string, onEvent: (event: EventStreamMessage) => void): StreamState {
  const [latest, setLatest] = useState<{ url: string; state: StreamState }>();
  // The newest handler, so that one that is made anew at every render does not connect anew.
  const newest = useRef(onEvent);
  useEffect(() => {
    newest.current = onEvent;
  });
  useEffect(() => {
    const stream = connect(url, {
      onEvent: (event) => newest.current(event),
      onOpen: () => setLatest({ url, state: 'open' }),
      onReconnect: () => setLatest({ url, state: 'waiting' }),
      onClose: ({ reason }) => {
        // Closed by the clean-up below, another stream has taken its place.
        if (reason !== 'closed') setLatest({ url, state: 'closed' });
      },
    });
    return () => stream.close();
  }, [url]);
  // What is known of another URL says nothing about this one.
  return latest?.url === url ? latest.state : 'connecting';
}
