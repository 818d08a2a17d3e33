/** What PORT means: absent or empty is 3000, 0 lets the system choose; undefined where it is no port. */
export function readPort(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return 3000;
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}
