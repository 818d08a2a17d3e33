import { afterThisTurn, startTimer, type TimerHandle } from '@eventwire/options';
import type { EventStreamSink } from '../event-stream-sink';

/**
 * The patience of a stream without a `writeTimeout`: after its end, a client that is stuck would hold its
 * socket for ever.
 */
const PATIENCE_MS = 120_000;

/**
 * Destroys a sink that has been ended once its client has taken nothing for `writeTimeout`, or has
 * everything and the body is not over all the same. Gives the function that calls it off.
 */
export function drainTimeout(sink: EventStreamSink, writeTimeout: number | false): () => void {
  let timer: TimerHandle | undefined;
  const watch = () => {
    const before = sink.pending;
    timer = startTimer(() => {
      if (sink.pending < before) return watch();
      // Where this process was busy, it hears only in the turn that begins now what was taken meanwhile.
      afterThisTurn(() => {
        if (timer === undefined) return;
        if (sink.pending < before) watch();
        else sink.destroy();
      });
    }, writeTimeout || PATIENCE_MS);
  };
  watch();
  return () => {
    clearTimeout(timer);
    timer = undefined;
  };
}
