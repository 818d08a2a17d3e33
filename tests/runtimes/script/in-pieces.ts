/** The text as a body of a response that comes in chunks of three bytes, and then ends, or stays open. */
export function inPieces(
  text: string,
  then: 'ends' | 'stays',
  onCancel = () => {},
): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 3) controller.enqueue(bytes.slice(at, at + 3));
      if (then === 'ends') controller.close();
    },
    cancel: onCancel,
  });
}
