import { trickyString } from '@eventwire/testing';
import fc from 'fast-check';

/** Text that tries to end its line or block and go on as something else. */
export const attack = fc
  .tuple(
    trickyString(),
    fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\u0085', '\u2028', '\0', '\uFEFF'),
    fc.constantFrom('data: forged', 'event: forged', 'id: forged', 'retry: 1', ': forged', ''),
    fc.constantFrom('\n\n', '\r\r', '\r\n\r\n', '\n', ''),
  )
  .map((parts) => parts.join(''));
