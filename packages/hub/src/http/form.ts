import type { HubRequest } from './messages';
import { badRequest, tooLarge } from './refusal';

const FORM = 'application/x-www-form-urlencoded';
let utf8: TextDecoder | undefined;

/** Names and values in order. Names may be repeated. */
export class Fields {
  readonly pairs: readonly (readonly [name: string, value: string])[];

  constructor(pairs: Fields['pairs']) {
    this.pairs = pairs;
  }

  /** The first value of a name. */
  get(name: string): string | undefined {
    return this.pairs.find((pair) => pair[0] === name)?.[1];
  }

  all(name: string): string[] {
    return this.pairs.filter((pair) => pair[0] === name).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}

export function isForm(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === FORM;
}

/**
 * Reads a query or a body as the URL Standard does, but refuses bytes that are no UTF-8, which it would
 * replace.
 *
 * @throws RefusedError 400
 */
export function parseFields(text: string): Fields {
  const pairs = text.split('&').filter((pair) => pair !== '');
  return new Fields(
    pairs.map((pair) => {
      const [name = ''] = pair.split('=', 1);
      return [decode(name), decode(pair.slice(name.length + 1))];
    }),
  );
}

/** @throws RefusedError 413 */
export async function readBody(request: HubRequest, maxBytes: number): Promise<Uint8Array> {
  const bytes = await request.body(maxBytes);
  if (!bytes) throw tooLarge(`The body must be no longer than ${maxBytes} bytes`);
  return bytes;
}

/** @throws RefusedError 400 */
export function parseBody(bytes: Uint8Array): Fields {
  return parseFields(toText(bytes));
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  // Each run of escapes by itself: a character of several bytes never has other characters in between.
  return spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, (octets) =>
    toText(Uint8Array.from(octets.slice(1).split('%'), (octet) => Number.parseInt(octet, 16))),
  );
}

function toText(bytes: Uint8Array): string {
  utf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest('A name or a value is no valid UTF-8: encode it as UTF-8, then percent-encode it');
  }
}
