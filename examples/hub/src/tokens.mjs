import { SignJWT } from 'jose';

export const ISSUER = 'https://issuer.example';

/** What a page may do, and with which topics. `*` grants all. */
const ACTIONS = { reader: ['subscribe'], publisher: ['subscribe', 'publish'] };

/** @typedef {keyof typeof ACTIONS} Role */
/** @param {unknown} role @returns {role is Role} */
export const isRole = (role) => typeof role === 'string' && Object.hasOwn(ACTIONS, role);

/**
 * A token for ten minutes. In your application, whoever knows the user makes it, for the topics that are theirs.
 *
 * @param {{ audience: string, secret: string, role: Role, name: string }} grant
 */
export function mint({ audience, secret, role, name }) {
  return new SignJWT({
    authorization_details: [
      {
        type: 'https://mercure.rocks/authorization-detail',
        actions: ACTIONS[role],
        topics: [{ match: '*' }],
        // Seen by those that may read the list of subscriptions.
        payload: { name },
      },
    ],
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setSubject(name)
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(secret));
}
