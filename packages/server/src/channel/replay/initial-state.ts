import { type EventInput, encode, refuseReservedType, ServerEventError } from '@eventwire/encoder';
import { utf8 } from '../../wire/frames';

/**
 * Without an id: the state belongs to the cursor that follows, and a cut in the middle must bring it again.
 */
export function initialStateFrame(event: EventInput): Uint8Array {
  refuseReservedType(event);
  if (typeof event === 'object' && event?.id !== undefined) {
    throw new ServerEventError(
      'ID_NOT_ALLOWED',
      'id',
      'id is not for initial events: the cursor that follows them has it',
    );
  }
  return utf8(encode(event));
}
