import { ServerEventError } from './server-event-error';

/** Begins every type of Eventwire's own messages in a stream (PROTOCOL.md, section 8). */
const PREFIX = 'eventwire:';

/**
 * For a log or a channel: types that begin with `eventwire:` are Eventwire's own, and would end or confuse
 * its clients.
 *
 * @throws ServerEventError `RESERVED_TYPE`, field `type`
 */
export function refuseReservedType(event: unknown): void {
  if (typeof event !== 'object' || event === null) return;
  const { type } = event as { readonly type?: unknown };
  if (typeof type !== 'string' || !type.startsWith(PREFIX)) return;
  throw new ServerEventError(
    'RESERVED_TYPE',
    'type',
    `type begins with ${PREFIX}, which is kept for what Eventwire says itself: choose another name`,
  );
}
