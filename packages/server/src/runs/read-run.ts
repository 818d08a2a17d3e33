import { RunError } from '../errors';
import type { LoggedEvent, LogPage } from '../log/event-log';
import { isEnd } from '../wire/end-event';
import type { RunLog } from './run-store';

const PAGE = { limit: 256, maxBytes: 256 * 1024 };
/** Bytes of events that wait for a live reader; beyond it, the reader reads the log again. */
const MAX_WAITING = 1024 * 1024;

/**
 * The events behind `after` that are stored by now, without the end. It waits for none, however many are added
 * while it reads.
 *
 * @throws RunError `MISSING`; `GAP` if `after` is no id of this run
 */
export async function* readStored(
  log: RunLog,
  after = '',
  signal?: AbortSignal | undefined,
): AsyncGenerator<LoggedEvent, void, undefined> {
  const until = await log.lastId();
  for (let place = after; place !== until; ) {
    const page = await log.read(place, PAGE);
    for (const event of content(page)) {
      if (signal?.aborted) return;
      yield event;
      if (event.id === until) return;
    }
    const last = page.events.at(-1);
    if (!last || page.end) return;
    place = last.id;
  }
}

/**
 * The events behind `after`, then those that come, until the run has ended or `signal` is aborted; without
 * the end itself.
 *
 * @throws RunError `MISSING`; `GAP` if `after` is no id of this run
 */
export async function* readLive(
  log: RunLog,
  after: string,
  signal: AbortSignal,
): AsyncGenerator<LoggedEvent, void, undefined> {
  let place = after;
  while (!signal.aborted) {
    const page = await log.read(place, PAGE);
    for (const event of content(page)) {
      if (signal.aborted) return;
      yield event;
    }
    place = page.events.at(-1)?.id ?? place;
    if (page.end) return;
    if (page.events.length > 0) continue;
    if (place === '') place = await firstPlace(log);
    const live = new LiveEvents();
    try {
      await live.follow(log, place, signal);
      for (;;) {
        const batch = await live.next();
        if (!batch) return;
        for (const event of content(batch)) {
          if (signal.aborted) return;
          yield event;
        }
        place = batch.events.at(-1)?.id ?? place;
        if (batch.end) return;
        if (live.overflowed) break;
      }
    } finally {
      live.close();
    }
  }
}

/** The place before the first event of a run that has none yet; empty if it has one by now. */
async function firstPlace(log: RunLog): Promise<string> {
  const lastId = await log.lastId();
  return (await log.read('', { limit: 1 })).events.length === 0 ? lastId : '';
}

function content({ events, gap }: LogPage): LoggedEvent[] {
  if (gap) throw new RunError('GAP', 'The id to go on from is not of this run: read it from the start');
  return events.filter((event) => !isEnd(event));
}

/** The batches that a log gives its follower, one after the other. */
class LiveEvents {
  /** Some batches were let go: the log has to be read again. */
  overflowed = false;
  readonly #abort = new AbortController();
  readonly #batches: LogPage[] = [];
  #bytes = 0;
  #wake = () => {};

  async follow(log: RunLog, after: string, signal: AbortSignal): Promise<void> {
    const onAbort = () => this.close();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#abort.signal.addEventListener('abort', () => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) this.close();
    await log.follow(after, (batch) => this.#take(batch), this.#abort.signal);
  }

  /** `undefined` once it is closed. */
  async next(): Promise<LogPage | undefined> {
    for (;;) {
      if (this.#abort.signal.aborted) return undefined;
      const batch = this.#batches.shift();
      if (batch) {
        for (const { frame } of batch.events) this.#bytes -= frame.byteLength;
        return batch;
      }
      if (this.overflowed) return { events: [], gap: false };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#abort.abort();
    this.#wake();
  }

  #take(batch: LogPage): void {
    if (this.overflowed) return;
    if (this.#bytes > MAX_WAITING) this.overflowed = true;
    else {
      this.#batches.push(batch);
      for (const { frame } of batch.events) this.#bytes += frame.byteLength;
    }
    this.#wake();
  }
}
