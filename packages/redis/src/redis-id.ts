/**
 * An id of the log: the epoch, which changes when Redis has lost its memory, and the entry's own id in the
 * stream.
 */
export interface RedisId {
  readonly epoch: string;
  readonly entry: string;
  /** The place just before the entry, which no entry has as its id. */
  readonly before: boolean;
}

export function formatId(epoch: string, entry: string): string {
  return `${epoch}.${entry}`;
}

export function formatBefore({ epoch, entry }: RedisId): string {
  return `${epoch}.b${entry}`;
}

/** undefined for what no Redis log writes. */
export function parseId(id: string): RedisId | undefined {
  const [, epoch, before, entry] =
    /^([0-9a-z]+)\.(b?)((?:0|[1-9][0-9]{0,15})-(?:0|[1-9][0-9]{0,15}))$/.exec(id) ?? [];
  return epoch === undefined || entry === undefined ? undefined : { epoch, entry, before: before === 'b' };
}

/** Negative where `a` comes before `b`. Both are of one epoch. */
export function comparePlaces(a: RedisId, b: RedisId): number {
  return compareEntries(a.entry, b.entry) || Number(b.before) - Number(a.before);
}

function compareEntries(a: string, b: string): number {
  const [aTime = 0, aCount = 0] = a.split('-').map(Number);
  const [bTime = 0, bCount = 0] = b.split('-').map(Number);
  return aTime - bTime || aCount - bCount;
}
