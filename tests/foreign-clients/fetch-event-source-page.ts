import { type EventSourceMessage, fetchEventSource } from '@microsoft/fetch-event-source';

/** Follows a stream up to its end, or the event whose data is `last`: all that the library hands over, errors too. */
async function read(url: string, method: string) {
  const events: EventSourceMessage[] = [];
  const errors: string[] = [];
  const leaving = new AbortController();
  await fetchEventSource(url, {
    method,
    signal: leaving.signal,
    openWhenHidden: true,
    onmessage: (event) => {
      events.push(event);
      Object.assign(globalThis, { hasRead: true });
      if (event.data === 'last') leaving.abort();
    },
    onerror: (error) => void errors.push(String(error)),
  });
  return { events, errors };
}

Object.assign(globalThis, { read });
