import type { ResumableStreamContext } from 'resumable-stream/generic';

/** How a reader's stream ended: as a stream does, with an error, with `null` instead of a stream, or not yet. */
type End = 'end' | 'error' | 'null' | 'none';

/** What a reader has; it changes while it reads. */
export interface Reading {
  text: string;
  /** It has come, and come back if it is one that does. */
  joined: boolean;
  end: End;
  /** When it ended, by `performance.now()`. */
  at: number;
}

type Opened = ReadableStream<string> | null | undefined;

function begin(work: (reading: Reading) => Promise<End>): Reading {
  const reading: Reading = { text: '', joined: false, end: 'none', at: 0 };
  const ended = (end: End) => void Object.assign(reading, { end, at: performance.now() });
  work(reading).then(ended, () => ended('error'));
  return reading;
}

async function readOn(reading: Reading, stream: Opened): Promise<End> {
  reading.joined = true;
  if (!stream) return 'null';
  for await (const piece of stream) reading.text += piece;
  return 'end';
}

export function read(open: () => Promise<Opened>): Reading {
  return begin(async (reading) => readOn(reading, await open()));
}

/** A reader that leaves once it has so many characters, and comes back for those that it does not have. */
export function readInTwoParts(context: ResumableStreamContext, id: string, leaveAt: number): Reading {
  return begin(async (reading) => {
    for await (const piece of (await context.resumeExistingStream(id)) ?? []) {
      reading.text += piece;
      if (reading.text.length >= leaveAt) break;
    }
    return readOn(reading, await context.resumeExistingStream(id, reading.text.length));
  });
}
