export const url = 'http://localhost/events';

/** A body read by hand, chunk by chunk. */
export function reading(response: Response) {
  const reader = response.body?.getReader();
  if (!reader) throw new Error('no body');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reading = {
    text: '',
    /** Whether there was more. */
    async step(): Promise<boolean> {
      const { done, value } = await reader.read();
      reading.text += done ? decoder.decode() : decoder.decode(value, { stream: true });
      return !done;
    },
    /** Reads until the text ends so, or matches. */
    async until(end: string | RegExp): Promise<string> {
      const isThere = () => (typeof end === 'string' ? reading.text.endsWith(end) : end.test(reading.text));
      while (!isThere()) {
        if (!(await reading.step())) throw new Error(`the body ended without ${end}: ${reading.text}`);
      }
      return reading.text;
    },
    async rest(): Promise<string> {
      while (await reading.step());
      return reading.text;
    },
    cancel: (reason?: unknown) => reader.cancel(reason),
  };
  return reading;
}

export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Long enough for whatever runs without waiting for anybody. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
