import { type CorsOptions, preflightResponses } from '@eventwire/server';
import { type NodeRequest, type NodeResponse, requestFacts } from './messages';
import { sendPlainResponse } from './plain-response';
import { headersSent, isBegun } from './response-state';

/**
 * A request listener that answers CORS preflights, for routers that do not give OPTIONS requests to the
 * stream's handler, with the options that the handler has as `cors`. Other methods get 405.
 *
 * @throws TypeError `INVALID_OPTION`, at this call; EventStreamUsageError `HEADERS_SENT`, from the
 *   listener, where something else has begun the response
 */
export function preflightHandler(cors: CorsOptions): (req: NodeRequest, res: NodeResponse) => void {
  const respond = preflightResponses(cors);
  return (req, res) => {
    if (isBegun(res)) throw headersSent();
    sendPlainResponse(res, respond(requestFacts(req)));
  };
}
