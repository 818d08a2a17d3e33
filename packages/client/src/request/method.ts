import { refusal } from '@eventwire/options';

/** RFC 9110, section 9.2.1, and QUERY: nothing is done twice by asking twice. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'QUERY'];

/** The letters of fetch's own names for methods may be of either case. */
export const isSafe = (method: string): boolean => SAFE_METHODS.includes(method.toUpperCase());

/** fetch refuses a body with the others. */
export const sendsBody = (method: string): boolean => !/^(get|head)$/i.test(method);

export const isMethod = (value: unknown): boolean =>
  typeof value === 'string' && /^[!#$%&'*+.^_`|~\w-]+$/.test(value);

/** @throws OptionError */
export function readMethod(method: string): string {
  if (!isMethod(method)) throw refusal('method', 'an HTTP method');
  return method;
}
