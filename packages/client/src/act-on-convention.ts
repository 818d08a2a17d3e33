import type { ConnectOptions } from './options';
import { callSafely } from './user-code';

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
