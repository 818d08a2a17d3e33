/** An id of the log: the epoch, which changes when Redis has lost its memory, and the entry's own id in the stream. */
export interface RedisId {
  readonly epoch: string;
  readonly entry: string;
}

/** Before the first entry. */
export const START = '0-0';

export function formatId(epoch: string, entry: string): string {
  return `${epoch}.${entry}`;
}

/** undefined for what no Redis log writes. */
export function parseId(id: string): RedisId | undefined {
  const [, epoch, entry] = /^([0-9a-z]+)\.((?:0|[1-9][0-9]{0,15})-(?:0|[1-9][0-9]{0,15}))$/.exec(id) ?? [];
  return epoch === undefined || entry === undefined ? undefined : { epoch, entry };
}

/** Negative where `a` comes before `b`. */
export function compareEntries(a: string, b: string): number {
  const [aTime = 0, aCount = 0] = a.split('-').map(Number);
  const [bTime = 0, bCount = 0] = b.split('-').map(Number);
  return aTime - bTime || aCount - bCount;
}
