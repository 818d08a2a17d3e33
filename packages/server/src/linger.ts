import type { EventStreamSink } from './event-stream-sink';
import { startTimer, type Timer } from './timer';

/** The patience of a stream without a `writeTimeout`: after its end, a client that is stuck would hold its socket for ever. */
const PATIENCE_MS = 120_000;

/** Destroys a sink that has been ended once its client has taken nothing for `writeTimeout`. Gives the function that calls it off. */
export function linger(sink: EventStreamSink, writeTimeout: number | false): () => void {
  const patience = writeTimeout || PATIENCE_MS;
  let timer: Timer;
  let before = sink.pending;
  const check = () => {
    const { pending } = sink;
    if (pending >= before) return sink.destroy();
    before = pending;
    timer = startTimer(check, patience);
  };
  timer = startTimer(check, patience);
  return () => clearTimeout(timer);
}
