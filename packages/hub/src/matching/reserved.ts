/**
 * Whether a topic is in the namespace that the hub keeps for itself: whatever its scheme and host, it is if
 * its path is the hub's, or below it.
 *
 * @param base the hub's URL
 * @param paths those of all URLs of the hub
 */
export function isReservedTopic(topic: string, base: string, paths: readonly string[]): boolean {
  let path: string;
  try {
    path = decodeUnreserved(new URL(topic, base).pathname);
  } catch {
    return false;
  }
  return paths.some((reserved) => path === reserved || path.startsWith(`${reserved}/`));
}

/** [spec] RFC 3986, 2.3: escapes of these characters mean the same as the characters. */
function decodeUnreserved(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (octet, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-._~]/.test(char) ? char : octet;
  });
}
