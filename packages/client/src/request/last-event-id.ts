/** The longest last event ID that is sent, in UTF-8 bytes. */
const MAX_ID_BYTES = 4096;

// Made by the first id, since some runtimes that import this have no TextEncoder (Jest's jsdom).
let encoder: TextEncoder | undefined;

function utf8(text: string): Uint8Array {
  encoder ??= new TextEncoder();
  return encoder.encode(text);
}

/**
 * The id as a header value, or undefined if it would not survive the trip: fetch refuses or trims it, or a
 * server refuses the request. Header values are byte strings, so each character stands for one byte.
 *
 * [spec] "Set (`Last-Event-ID`, lastEventIDValue) in request's header list", where lastEventIDValue is the
 * last event ID string "encoded as UTF-8".
 */
export function idAsHeader(id: string): string | undefined {
  const bytes = utf8(id);
  return bytes.length <= MAX_ID_BYTES && !/[\0-\x08\x0a-\x1f\x7f\p{Cs}]|^[ \t]|[ \t]$/u.test(id)
    ? String.fromCharCode(...bytes)
    : undefined;
}

/** Whether the id can be sent as a query parameter: percent-encoding carries control characters too. */
export const idFits = (id: string): boolean =>
  // A lone surrogate has no UTF-8 bytes: it would arrive as another id.
  utf8(id).length <= MAX_ID_BYTES && !/\p{Cs}/u.test(id);
