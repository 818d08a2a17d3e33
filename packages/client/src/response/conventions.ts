import { callSafely } from '../user-callbacks';
import type { AttemptEnd } from './status';

/** The server cannot give all that was missed: the events that follow start later than asked for. */
export interface Gap {
  /** The id that was asked for. */
  readonly after: string;
  /** The first id that the server still has, or null. */
  readonly oldest: string | null;
}

/** The server dropped events for this client, because it was too slow. */
export interface Lag {
  /** How many events; 0 if the server did not say. */
  readonly dropped: number;
}

interface Callbacks {
  readonly onGap?: ((gap: Gap) => unknown) | undefined;
  readonly onLagged?: ((lag: Lag) => unknown) | undefined;
}

/** The types of the events above the Standard; a cursor's only purpose is its id. */
const TYPES = ['eventwire:cursor', 'eventwire:gap', 'eventwire:lagged', 'eventwire:end'];

export const isConvention = (type: string): boolean => TYPES.includes(type);

/**
 * Acts on an event of a convention.
 *
 * @returns how the stream ended, if the event is the server's end of it
 */
export function actOnConvention(
  { type, data }: { readonly type: string; readonly data: string },
  { onGap, onLagged }: Callbacks,
): AttemptEnd | undefined {
  const { after, oldest, dropped, reason, outcome } = fieldsOf(data);
  if (type === 'eventwire:gap') callSafely(onGap, { after: text(after, ''), oldest: text(oldest, null) });
  if (type === 'eventwire:lagged')
    callSafely(onLagged, { dropped: (dropped as number) >= 0 ? Number(dropped) : 0 });
  if (type !== 'eventwire:end') return undefined;
  const end = { reason: 'ended', detail: text(reason, undefined) } as const;
  return typeof outcome === 'string' ? { ...end, outcome } : end;
}

function fieldsOf(data: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(data));
  } catch {
    return {}; // the event's type alone already says what happened
  }
}

const text = <T>(value: unknown, otherwise: T) => (typeof value === 'string' ? value : otherwise);
