import type { LogEnd } from '@eventwire/server';

export const END_TYPE = 'eventwire:end';

/** The end of a log, as it is kept and as its event says it; nothing for none. */
export function writeEnd(end: LogEnd | undefined): string {
  return end === undefined ? '' : JSON.stringify({ outcome: end.outcome, reason: end.reason });
}

export function readEnd(kept: unknown): LogEnd | undefined {
  return kept === undefined || kept === null ? undefined : Object.freeze(JSON.parse(String(kept)) as LogEnd);
}
