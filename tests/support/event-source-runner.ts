// Runs wherever there is an EventSource: follows one scenario to its end, and says all that was fired.

/** What a page needs to know of a scenario. */
export interface Course {
  /** Where, below the scenario's own path: a query, a fragment. */
  suffix: string;
  /** Listened for, beside the Standard's own types. */
  types: string[];
  /** close() is called while this one of all listeners is running, counted from 1; at the event `finish` in any case. */
  closeAt: number | undefined;
}

interface Fired {
  type: string;
  /** At that moment. */
  readyState: number;
  /** Whether by the attribute `on…`, which was set after the listener was added. */
  byHandler?: true;
  data?: string;
  lastEventId?: string;
  /** `own` for that of the URL. */
  origin?: string;
}

export interface Followed {
  /** The attribute, from the scenario's own path on. */
  url: string;
  fired: Fired[];
  /** At the end. */
  readyState: number;
}

type Constructor = new (url: string) => EventSource;

/** In which whatever would still be fired has time to be. */
const AFTERWARDS = 30;
const LIMIT = 20_000;

/** @param base the scenario's own address */
export function follow(Source: Constructor, base: string, course: Course): Promise<Followed> {
  return new Promise((resolve, reject) => {
    const source = new Source(base + course.suffix);
    const fired: Fired[] = [];
    const timer = setTimeout(() => {
      source.close();
      reject(new Error(`No end within ${LIMIT} ms: ${JSON.stringify(fired)}`));
    }, LIMIT);

    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      const settle = () =>
        resolve({ url: source.url.replace(base, ''), fired, readyState: source.readyState });
      setTimeout(settle, AFTERWARDS);
    };
    const record = (event: Event, byHandler: boolean) => {
      const entry: Fired = { type: event.type, readyState: source.readyState };
      if (byHandler) entry.byHandler = true;
      if (event instanceof MessageEvent) {
        const { data, lastEventId, origin } = event;
        Object.assign(entry, { data, lastEventId, origin: origin === new URL(base).origin ? 'own' : origin });
      }
      fired.push(entry);
      if (event.type === 'finish' || fired.length === course.closeAt) source.close();
      if (event.type === 'cut') fetch(`${base}/cut`).catch(() => {});
      if (source.readyState === source.CLOSED) end();
    };
    for (const type of new Set(['open', 'message', 'error', 'cut', 'finish', ...course.types])) {
      source.addEventListener(type, (event) => record(event, false));
    }
    source.onopen = (event) => record(event, true);
    source.onmessage = (event) => record(event, true);
    source.onerror = (event) => record(event, true);
  });
}
