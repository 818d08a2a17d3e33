import type { ConnectOptions } from './options';
import { callSafely } from './user-code';

/** The server cannot give all that was missed: what follows starts later than asked for. */
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

/**
 * Acts on a convention's event.
 *
 * @returns false for an event that is none; how the stream ended, for the server's end of it
 */
export function actOnConvention(
  { type, data }: { readonly type: string; readonly data: string },
  { onGap, onLagged }: Pick<ConnectOptions, 'onGap' | 'onLagged'>,
): boolean | { readonly reason: 'ended'; readonly detail?: string } {
  const [, name] = /^eventwire:(gap|lagged|end|cursor)$/.exec(type) ?? [];
  if (!name) return false;
  let fields: Record<string, unknown> = {};
  try {
    fields = Object(JSON.parse(data));
  } catch {
    // Not JSON: the event's type alone already says what happened.
  }
  const { after, oldest, dropped, reason } = fields;
  const isText = (value: unknown) => typeof value === 'string';
  if (name === 'gap')
    callSafely(onGap, {
      after: isText(after) ? after : '',
      oldest: isText(oldest) ? oldest : null,
    });
  if (name === 'lagged') callSafely(onLagged, { dropped: (dropped as number) >= 0 ? Number(dropped) : 0 });
  return name === 'end' ? { reason: 'ended', ...(isText(reason) && { detail: reason }) } : true;
}
