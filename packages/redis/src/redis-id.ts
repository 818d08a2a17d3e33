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

/** @param prefix begins every id of the log */
export function formatId(epoch: string, entry: string, prefix = ''): string {
  return `${prefix}${epoch}.${entry}`;
}

export function formatBefore({ epoch, entry }: RedisId, prefix = ''): string {
  return `${prefix}${epoch}.b${entry}`;
}

/** undefined for what no Redis log with this prefix writes. */
export function parseId(id: string, prefix = ''): RedisId | undefined {
  if (!id.startsWith(prefix)) return undefined;
  const [, epoch, before, entry] =
    /^([0-9a-z]+)\.(b?)((?:0|[1-9][0-9]{0,15})-(?:0|[1-9][0-9]{0,15}))$/.exec(id.slice(prefix.length)) ?? [];
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
