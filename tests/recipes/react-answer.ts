import { connect, type EventStream, type Outcome } from '@eventwire/client';
import { useCallback, useEffect, useRef, useState } from 'react';

/** The answer so far; `'ended'` if it is complete, and `'cut'` if the connection broke. */
export interface Answer {
  text: string;
  state: 'idle' | 'streaming' | Outcome['reason'];
}

/** Asks by POST, and shows the answer as it comes. A new question closes the stream of the one before. */
export function useAnswer(url: string): Answer & { ask(prompt: string): void } {
  const [answer, setAnswer] = useState<Answer>({ text: '', state: 'idle' });
  const stream = useRef<EventStream>(undefined);
  useEffect(() => () => stream.current?.close(), []);
  const ask = useCallback(
    (prompt: string) => {
      stream.current?.close();
      setAnswer({ text: '', state: 'streaming' });
      stream.current = connect(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ prompt }),
        onEvent: ({ data }) => setAnswer(({ text }) => ({ text: text + data, state: 'streaming' })),
        onClose: ({ reason }) => {
          // Closed by the next question or by the clean-up, this stream has nothing more to say.
          if (reason !== 'closed') setAnswer(({ text }) => ({ text, state: reason }));
        },
      });
    },
    [url],
  );
  return { ...answer, ask };
}
