import { isForm, parseBody, readBody } from '../http/form';
import type { HubRequest } from '../http/messages';
import { badRequest, forbidden } from '../http/refusal';
import type { HubLimits } from '../hub-limits';
import type { Token } from '../tokens/authentication';
import { type CheckedUpdate, checkUpdate, readUpdate, UpdateError } from './update';

const MAX_KEY_LENGTH = 256;

/**
 * The update that a request publishes, which its token allows.
 *
 * @throws RefusedError 400, 403, 413
 */
export async function readPublication(
  request: HubRequest,
  token: Token,
  limits: HubLimits,
  isReserved: (topic: string) => boolean,
): Promise<CheckedUpdate> {
  // Before the body is read, since nothing in it could help.
  if (!token.grants.canPublish) throw forbidden('The access token does not allow to publish');
  if (!isForm(request.header('content-type')))
    throw badRequest('Send the update as application/x-www-form-urlencoded, with a field topic');
  const bytes = await readBody(request, limits.maxBodyBytes);
  const update = checked(() => checkUpdate(readUpdate(parseBody(bytes)), limits, isReserved));
  if (!update.topics.every((topic) => token.grants.publishes(topic)))
    throw forbidden('The access token does not allow to publish to all of these topics');
  return update;
}

function checked(check: () => CheckedUpdate): CheckedUpdate {
  try {
    return check();
  } catch (error) {
    throw error instanceof UpdateError ? error.toRefusal() : error;
  }
}

/**
 * The key under which the log knows a publication again: of the publisher's own, so that nobody can take the
 * key of somebody else.
 *
 * @throws RefusedError 400
 */
export function idempotencyKeyOf(request: HubRequest, { claims }: Token): string | undefined {
  const key = request.header('idempotency-key');
  if (key === undefined) return undefined;
  if (key === '' || key.length > MAX_KEY_LENGTH)
    throw badRequest(`Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters`);
  return JSON.stringify([claims.iss ?? null, claims.sub ?? claims.client_id ?? null, key]);
}
