import { encode } from '@eventwire/encoder';
import { invalidOption } from '@eventwire/options';
import { utf8 } from './frames';

/**
 * What Eventwire says in-band, above the Standard. All of it has data, since Firefox forgets the id of a
 * block without.
 */
const PREFIX = 'eventwire:';

/** The stream's first bytes: tells that the conventions hold, and how long silence may last (ms). */
export function announcement(heartbeat: number): Uint8Array {
  return utf8(`: eventwire heartbeat=${heartbeat}\n`);
}

/**
 * A line and no block: some clients call back at every blank line. [spec] HTML Standard, 9.2.6: a line that
 * begins with a colon is ignored, wherever it stands, so also within a block whose data pauses.
 */
// Not by `utf8`: nothing at import needs a TextEncoder.
export const HEARTBEAT = ascii(':\n');

/** Delivery goes on from `id`. */
export function cursorFrame(id: string): Uint8Array {
  return frame('cursor', {}, id);
}

/**
 * Events after `after` are gone. `oldest` is the first that is held; a client that is cut off now is to come back
 * with `id`.
 */
export function gapFrame(after: string, oldest: string | null, id: string): Uint8Array {
  try {
    return frame('gap', { after, oldest }, id);
  } catch {
    // The id asked for, from a log that knows no cursor before its oldest event; a client can ask for what
    // is no id at all.
    return frame('gap', { after, oldest }, undefined);
  }
}

/** `dropped` events were left out for this client. */
export function laggedFrame(dropped: number): Uint8Array {
  return frame('lagged', { dropped }, undefined);
}

/**
 * Finished: the client does not come back.
 *
 * @throws TypeError `INVALID_OPTION`, option `reason`
 */
export function endFrame(reason: string | undefined): Uint8Array {
  if (reason === undefined) return frame('end', {}, undefined);
  // A reason is a text, but JavaScript's callers may give an object, which is written as JSON; a function
  // would be left out.
  let json: string | undefined;
  try {
    json = JSON.stringify(reason);
  } catch (cause) {
    throw invalidOption('reason', 'a text', { value: reason }, cause);
  }
  if (json === undefined) throw invalidOption('reason', 'a text', { value: reason });
  return frame('end', { reason }, undefined);
}

function frame(name: string, data: object, id: string | undefined): Uint8Array {
  return utf8(encode({ type: `${PREFIX}${name}`, id, data: JSON.stringify(data) }));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
