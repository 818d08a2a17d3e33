import type { ConnectOptions } from '../options';
import { callSafely } from '../user-callbacks';
import type { Ending } from './status';

const text = <T>(value: unknown, otherwise: T) => (typeof value === 'string' ? value : otherwise);

/**
 * Acts on a convention's event.
 *
 * @returns false for an event that is none; how the stream ended, for the server's end of it
 */
export function actOnConvention(
  { type, data }: { readonly type: string; readonly data: string },
  { onGap, onLagged }: Pick<ConnectOptions, 'onGap' | 'onLagged'>,
): boolean | Ending {
  const [, name] = /^eventwire:(gap|lagged|end|cursor)$/.exec(type) ?? [];
  if (!name) return false;
  let fields: Record<string, unknown> = {};
  try {
    fields = Object(JSON.parse(data));
  } catch {
    // Not JSON: the event's type alone already says what happened.
  }
  const { after, oldest, dropped, reason } = fields;
  if (name === 'gap') callSafely(onGap, { after: text(after, ''), oldest: text(oldest, null) });
  if (name === 'lagged') callSafely(onLagged, { dropped: (dropped as number) >= 0 ? Number(dropped) : 0 });
  return name !== 'end' || { reason: 'ended', detail: text(reason, undefined) };
}
