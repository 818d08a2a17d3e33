import { type EventInput, EventStreamEncoderStream } from '@eventwire/encoder';

/** The bytes of these events, over the runtime's own streams. */
export function writeThrough(events: EventInput[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<EventInput>({
    start(controller) {
      for (const event of events) controller.enqueue(event);
      controller.close();
    },
  }).pipeThrough(new EventStreamEncoderStream());
}

export async function readBytes(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
