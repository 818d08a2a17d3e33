/**
 * Ids that tell what they are of: its name, a dot, and the id that a log assigned. An HTTP header can carry
 * them, whatever the name.
 */

/** @throws URIError for a name with a lone surrogate */
export function nameId(name: string, id: string): string {
  return `${encodeURIComponent(name).replaceAll('.', '%2E')}.${id}`;
}

/** The parts of an id that a client sent; undefined if it is none of ours. */
export function splitId(text: string): { name: string; id: string } | undefined {
  const dot = text.indexOf('.');
  if (dot < 0) return undefined;
  try {
    const [name, id] = [decodeURIComponent(text.slice(0, dot)), text.slice(dot + 1)];
    // Written back, so that of all ways to write a name only ours is one.
    return nameId(name, id) === text ? { name, id } : undefined;
  } catch {
    return undefined;
  }
}
