import { invalidOption } from '@eventwire/options';

const MAX_BYTES = 512;
const EXPECTED = `a name of 1 to ${MAX_BYTES} bytes without control characters`;
// A surrogate that stands alone has no bytes of its own: two names would become one.
const REFUSED = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/u;

/** @throws TypeError `INVALID_OPTION`, option `name` */
export function checkRunName(name: unknown): asserts name is string {
  const isName = typeof name === 'string' && name !== '' && !REFUSED.test(name) && bytesOf(name) <= MAX_BYTES;
  if (!isName) throw invalidOption('name', EXPECTED, { value: name });
}

/** Bytes of UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > MAX_BYTES) break;
  }
  return bytes;
}
