import { onTestFinished } from 'vitest';

export interface OpenStream {
  readonly response: Response;
  /** What has come of the body so far. */
  readonly text: string;
  /** How the body was over. */
  readonly ended: Promise<'whole' | 'cut'>;
  /** Waits until the text ends so; throws if the body does first. */
  until(end: string): Promise<string>;
  /** Breaks the connection off. */
  leave(): void;
}

/** A stream, read by fetch, decompressed where it was compressed; left with the test. */
export async function openStream(url: string, init: RequestInit = {}): Promise<OpenStream> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(url, { ...init, signal: leaving.signal });
  const decoder = new TextDecoder();
  let text = '';
  let over = false;
  let changed = () => {};
  const read = async () => {
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        changed();
      }
      return 'whole';
    } catch {
      return 'cut';
    } finally {
      over = true;
      changed();
    }
  };
  const ended = read();
  return {
    response,
    get text() {
      return text;
    },
    ended,
    async until(end) {
      while (!text.endsWith(end)) {
        if (over) throw new Error(`the body was over without ${JSON.stringify(end)}: ${text}`);
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
      return text;
    },
    leave: () => leaving.abort(),
  };
}
