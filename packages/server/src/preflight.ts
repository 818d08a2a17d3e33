import { Cors, type CorsOptions } from './cors';
import { type PlainAnswer, plainText, type StreamRequest } from './plain-answer';

/**
 * The answers to OPTIONS requests that do not come to the stream's own handler.
 *
 * @throws EventStreamUsageError `INVALID_OPTION`
 */
export function preflightAnswers(options: CorsOptions): (request: StreamRequest) => PlainAnswer {
  const cors = new Cors(options);
  return (request) => {
    if (request.method === 'OPTIONS') return preflightAnswer(request, cors);
    // Said aloud, since an EventSource that gets 204 never comes back.
    const sentence = 'This answers preflights: route other methods to the event stream';
    const answer = plainText(405, sentence, request, cors);
    return { ...answer, headers: [...answer.headers, ['allow', 'OPTIONS']] };
  };
}

/** Who asks without saying for which method gets no more than the origin's headers. */
export function preflightAnswer(request: StreamRequest, cors: Cors): PlainAnswer {
  const asks = request.header('access-control-request-method') !== undefined;
  const headers = [...cors.headers(request.header('origin')), ...(asks ? cors.preflight() : [])];
  return { status: 204, headers, body: '' };
}
