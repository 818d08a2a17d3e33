import type { ServerEventInit } from '@eventwire/encoder';
import type { LogEnd, LoggedEvent } from '../log/event-log';

export const END_TYPE = 'eventwire:end';

/** The last event of a run. */
export function endEvent({ outcome, reason }: LogEnd): ServerEventInit {
  return { type: END_TYPE, data: JSON.stringify({ outcome, reason }) };
}

export function isEnd({ event }: LoggedEvent): boolean {
  return event.type === END_TYPE;
}
