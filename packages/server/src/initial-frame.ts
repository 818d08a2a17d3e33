import { type EventInput, encode, ServerEventError } from '@eventwire/encoder';
import { utf8 } from './block';
import { refuseReserved } from './conventions';

/** Without an id: the state belongs to the cursor that follows, and a cut in the middle must bring it again. */
export function initialFrame(event: EventInput): Uint8Array {
  refuseReserved(event);
  if (typeof event === 'object' && event?.id !== undefined) {
    throw new ServerEventError(
      'ID_NOT_ALLOWED',
      'id',
      'id is not for initial events: the cursor that follows them has it',
    );
  }
  return utf8(encode(event));
}
