import type { Clock } from './clock';

/** Characters of a refused response that are kept. */
const PREVIEW_LENGTH = 2048;
/** Ms that the preview may take. */
const PREVIEW_TIME = 2000;

/**
 * The beginning of a refused response's body, which usually says why. The rest is cancelled, so that the socket
 * is released. Never rejects; gives what came in time.
 */
export async function readPreview(
  body: ReadableStream<Uint8Array> | null | undefined,
  clock: Clock,
): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  // A cancelled reader answers its pending read with `done`, so this ends the loop below too.
  const timer = clock.setTimeout(cancel, PREVIEW_TIME);
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < PREVIEW_LENGTH) {
      const { done, value } = await reader.read();
      if (done) break;
      // One chunk may be huge; 4 bytes a character are enough.
      text += decoder.decode(value.subarray(0, 4 * PREVIEW_LENGTH), { stream: true });
    }
  } catch {
    // A broken error page: what came of it is all there is.
  }
  clock.clearTimeout(timer);
  cancel();
  return text.slice(0, PREVIEW_LENGTH);
}
