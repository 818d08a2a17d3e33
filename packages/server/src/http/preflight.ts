import { Cors, type CorsOptions } from './cors';
import { type PlainResponse, plainText, type RequestFacts } from './response';

/**
 * The responses to OPTIONS requests that do not come to the stream's own handler.
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function preflightResponses(options: CorsOptions): (request: RequestFacts) => PlainResponse {
  const cors = new Cors(options);
  return (request) => {
    if (isPreflight(request)) return preflightResponse(request, cors);
    // An OPTIONS request that names no method gets no more than the origin's headers.
    if (request.method === 'OPTIONS') return noBody(cors.headers(request.header('origin')));
    // Said aloud, since an EventSource that gets 204 never comes back.
    const sentence = 'This answers preflights: route other methods to the event stream';
    const response = plainText(405, sentence, request, cors);
    return { ...response, headers: [...response.headers, ['allow', 'OPTIONS']] };
  };
}

/**
 * [spec] Fetch Standard, CORS-preflight fetch: it says for which method it asks. Other OPTIONS requests are
 * no preflights.
 */
export function isPreflight(request: RequestFacts): boolean {
  return request.method === 'OPTIONS' && request.header('access-control-request-method') !== undefined;
}

export function preflightResponse(request: RequestFacts, cors: Cors): PlainResponse {
  return noBody([...cors.headers(request.header('origin')), ...cors.preflight()]);
}

function noBody(headers: PlainResponse['headers']): PlainResponse {
  return { status: 204, headers, body: '' };
}
