// Made by the first text, since some runtimes that import this have no TextEncoder (Jest's jsdom).
let encoder: TextEncoder | undefined;

export function utf8(text: string): Uint8Array {
  encoder ??= new TextEncoder();
  return encoder.encode(text);
}

/** A block that sets the client's reconnection time (ms), and nothing else. */
export function retryFrame(retry: number): Uint8Array {
  return utf8(`retry: ${retry}\n\n`);
}

/**
 * A line that sets the client's reconnection time (ms), ahead of the stream's first block. There is no blank
 * line behind it, since some clients take every blank line for an event.
 */
export function retryLine(retry: number): Uint8Array {
  return utf8(`retry: ${retry}\n`);
}

/** Whole blocks as one frame. */
export function join(frames: readonly Uint8Array[]): Uint8Array {
  const [first] = frames;
  if (first && frames.length === 1) return first;
  const whole = new Uint8Array(frames.reduce((sum, frame) => sum + frame.byteLength, 0));
  let at = 0;
  for (const frame of frames) {
    whole.set(frame, at);
    at += frame.byteLength;
  }
  return whole;
}
