import { type CorsOptions, type PlainResponse, preflightResponses } from '@eventwire/server';
import type { HubRequest } from './messages';

/** The response to OPTIONS: to a browser that asks for a page of another origin, or to anybody else. */
export function preflight(
  request: HubRequest,
  cors: CorsOptions | undefined,
  methods: readonly string[],
): PlainResponse {
  if (cors) return preflightResponses(cors)(request);
  return { status: 204, headers: [['allow', methods.join(', ')]], body: '' };
}
