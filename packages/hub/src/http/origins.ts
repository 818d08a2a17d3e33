import { invalidOption } from '@eventwire/options';
import type { HubRequest } from './messages';

/** Whether the page that sent a request may do what it asks for. */
export type OriginRule = (request: HubRequest) => boolean;

/**
 * Accepts requests whose `Origin`, or else the origin of their `Referer`, is on a list. Without either it is
 * unknown who asks, so they are refused.
 *
 * @param origins such as `https://example.org`, `https://*.example.org` or `*`
 * @throws TypeError `INVALID_OPTION`
 */
export function originRule(option: string, origins: readonly string[]): OriginRule {
  const rules = origins.map((origin) => toRule(option, origin));
  return (request) => {
    const origin = request.header('origin') ?? originOf(request.header('referer'));
    return origin !== undefined && origin !== 'null' && rules.some((accepts) => accepts(origin));
  };
}

function toRule(option: string, origin: unknown): (origin: string) => boolean {
  if (origin === '*') return () => true;
  const [start = '', end, more] = String(origin).split('*');
  const example = end === undefined ? start : `${start}x${end}`;
  if (typeof origin !== 'string' || originOf(example) !== example || more !== undefined) {
    throw invalidOption(option, 'origins such as https://example.org, with at most one star', {
      value: origin,
    });
  }
  if (end === undefined) return (given) => given === origin;
  // The star stands for the labels of a host, so that it cannot reach beyond it.
  return (given) =>
    given.length > start.length + end.length &&
    given.startsWith(start) &&
    given.endsWith(end) &&
    /^[A-Za-z0-9.-]+$/.test(given.slice(start.length, given.length - end.length));
}

function originOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}
