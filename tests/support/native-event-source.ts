// Runs in a page: reads event streams with the browser's own EventSource.

export interface NativeEvent {
  type: string;
  data: string;
  lastEventId: string;
}

/** Connections to one host that browsers allow at a time, in HTTP/1.1. */
const AT_A_TIME = 6;

/** One stream until its end, listening for these types. */
function readOne(url: string, types: string[]): Promise<NativeEvent[]> {
  return new Promise((resolve, reject) => {
    const events: NativeEvent[] = [];
    const source = new EventSource(url);
    const close = () => {
      clearTimeout(timer);
      // Otherwise it would come back and read the stream again.
      source.close();
    };
    const timer = setTimeout(() => {
      close();
      reject(new Error(`${url} did not end within 30 s`));
    }, 30_000);
    const listener = (event: Event) => {
      // A stream can name its events `error` and `open` too, but those are messages.
      if (event instanceof MessageEvent) {
        const { type, data, lastEventId } = event;
        events.push({ type, data, lastEventId });
      } else if (event.type === 'error') {
        close();
        resolve(events);
      }
    };
    for (const type of new Set([...types, 'message', 'error', 'open']))
      source.addEventListener(type, listener);
  });
}

/** The streams `/stream/<n>` of this origin, for n from `first` to before `end`, as JSON. `/types` says what to listen for. */
export async function readStreams(first: number, end: number): Promise<string> {
  const types = (await (await fetch('/types')).json()) as string[][];
  const streams: NativeEvent[][] = [];
  let next = first;
  const worker = async () => {
    for (let n = next++; n < end; n = next++) {
      streams[n - first] = await readOne(`/stream/${n}`, types[n] ?? []);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return JSON.stringify(streams);
}
