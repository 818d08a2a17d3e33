/**
 * `Retry-After` (RFC 9110, section 10.2.3) in ms from now, or undefined: absent or not understood.
 * A date is compared with the response's own `Date` where there is one: the server's clock may not be ours.
 */
export const readRetryAfter = (headers: Headers, now: number): number | undefined => {
  const value = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Date.parse takes far more than HTTP dates ("-1" is a year): those have names of days and months.
  const date = Date.parse(/[a-z]{3}/i.test(value) ? value : '');
  const wait = date - (Date.parse(headers.get('date') ?? '') || now);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
};
