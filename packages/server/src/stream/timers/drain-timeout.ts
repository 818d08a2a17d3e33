import type { EventStreamSink } from '../event-stream-sink';
import { startTimer, type Timer } from './timer';

/** How long a client may take none of the last bytes after the end of a stream: a stuck one would hold its socket for ever. */
const PATIENCE_MS = 10_000;

/** Destroys a sink that has been ended when its client no longer takes anything. Gives the function that calls it off. */
export function linger(sink: EventStreamSink): () => void {
  let timer: Timer;
  let before = sink.pending;
  const check = () => {
    const { pending } = sink;
    if (pending >= before) return sink.destroy();
    before = pending;
    timer = startTimer(check, PATIENCE_MS);
  };
  timer = startTimer(check, PATIENCE_MS);
  return () => clearTimeout(timer);
}
