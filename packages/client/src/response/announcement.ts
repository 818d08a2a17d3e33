import { clamp } from '../clamp';

/** Bytes of the first line that are looked at. */
const MAX_LENGTH = 240;

/** The server's announcement: the conventions are in force, and this is its heartbeat. */
export interface Announcement {
  /** Ms, kept within 1 s and 10 min; undefined if there is none. */
  readonly heartbeat: number | undefined;
}

/**
 * Watches the first bytes of one response for the line `: eventwire`, after an optional byte order mark. On
 * the bytes, because a comment anywhere else, or after an empty line, announces nothing.
 *
 * @param onAnnouncement called with what is announced so far, again if a number goes on
 * @returns takes the response's next bytes; tells whether it needs more of them
 */
export function watchAnnouncement(
  onAnnouncement: (announcement: Announcement) => void,
): (chunk: Uint8Array) => boolean {
  let line = '';
  return (chunk) => {
    line += String.fromCharCode(...chunk.subarray(0, MAX_LENGTH)); // its bytes: all that counts is ASCII
    // A number may go on in the next chunk.
    const [found, digits] =
      /^(?:\xef\xbb\xbf)?: eventwire(?=[ \r\n])(?:.* heartbeat=(\d+)[ \r\n])?/.exec(line) ?? [];
    if (found) onAnnouncement({ heartbeat: digits ? clamp(Number(digits), 1_000, 600_000) : undefined });
    return line.length < MAX_LENGTH && !/[\r\n]/.test(line);
  };
}
