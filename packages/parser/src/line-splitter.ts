import type { StreamState } from './stream-state';

const LF = 0x0a;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Cuts text into lines and hands each one, without its ending, to `readLine` as soon as its ending begins. What
 * follows the last ending waits in `state.line`. Returns false, and reads no further, if the unfinished block (its
 * data and the line) is larger than `maxEventSize` characters, which does not depend on how the text is chunked.
 */
export function splitLines(
  state: StreamState,
  text: string,
  maxEventSize: number,
  readLine: (line: string) => void,
): boolean {
  if (text === '') return true;
  let start = 0;
  // [spec] "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
  if (state.atStart) {
    state.atStart = false;
    if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
      start = 1;
      state.position?.skipByteOrderMark();
    }
  }
  // Each is searched again only once it is consumed, or a text with one kind of ending would be searched for the
  // other one line after line, to its end.
  let cr = text.indexOf('\r', start);
  let lf = text.indexOf('\n', start);
  while (start < text.length) {
    // [spec] "a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair": the CR has ended the line, at once.
    if (state.afterCR) {
      state.afterCR = false;
      if (text.charCodeAt(start) === LF) {
        start += 1;
        lf = text.indexOf('\n', start);
        state.position?.skipLineFeed();
        continue;
      }
    }
    const byCR = cr !== -1 && (lf === -1 || cr < lf);
    const end = byCR ? cr : lf;
    const part = end === -1 ? text.slice(start) : text.slice(start, end);
    if (state.data.size + state.line.size + part.length > maxEventSize) return false;
    if (end === -1) {
      state.line.append(part);
      return true;
    }
    start = end + 1;
    if (byCR) cr = text.indexOf('\r', start);
    else lf = text.indexOf('\n', start);
    state.afterCR = byCR;
    readLine(finishLine(state, part));
    if (state.abandoned) return true;
    state.position?.nextLine();
  }
  return true;
}

function finishLine(state: StreamState, part: string): string {
  if (state.line.size === 0) return part;
  state.line.append(part);
  return state.line.take();
}
