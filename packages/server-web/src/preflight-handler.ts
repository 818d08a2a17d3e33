import { type CorsOptions, preflightResponses } from '@eventwire/server';
import { plainResponse, requestFacts } from './responses';

/**
 * A route handler that answers CORS preflights, for routers that do not give OPTIONS requests to the
 * stream's handler, with the options that the stream has as `cors`. Other methods get 405.
 *
 * @throws TypeError `INVALID_OPTION`, at this call
 */
export function preflightHandler(cors: CorsOptions): (request: Request) => Response {
  const respond = preflightResponses(cors);
  return (request) => plainResponse(respond(requestFacts(request)));
}
