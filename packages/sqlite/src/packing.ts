/** Rows of arrivals before they are packed; one counts as more if it is long. */
export const MOST_ARRIVALS = 2048;
/** Characters of an arrival for which it counts once more. */
export const LONG = 512;
/** Events and characters of a packed row: a page reads whole rows, and the oldest are removed a row at a time. */
export const PACKED_EVENTS = 64;
export const PACKED_CHARACTERS = 8192;
