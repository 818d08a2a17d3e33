import type { Channel, ChannelCloseOptions } from '@eventwire/server';
import { HANDLE, type HubHandler } from './http/messages';
import { HubCore } from './hub-core';
import { type HubOptions, resolveHubOptions } from './hub-options';
import type { Update } from './publish/update';
import type { HubSubscriber } from './subscribe/hub-subscriber';
import type { ActiveSubscription } from './subscriptions/documents';
import { fetchWith } from './web';

/** A hub compatible with the Mercure protocol. */
export interface Hub extends HubHandler {
  /** Responds to a request; `undefined` if its path is not one of the hub's. */
  fetch(request: Request): Promise<Response | undefined>;
  /**
   * Publishes from within the process: without a token, but by the same rules. Resolves with the update's id;
   * under an `idempotencyKey` that is known, with that of the first.
   *
   * @throws UpdateError `INVALID_UPDATE`, `UPDATE_TOO_LARGE`; what the channel refuses
   */
  publish(update: Update, options?: { idempotencyKey?: string | undefined } | undefined): Promise<string>;
  /** The active subscriptions on all processes. Empty unless the option `subscriptions` is set. */
  subscriptions(): Promise<readonly ActiveSubscription[]>;
  /**
   * Ends the streams of this process whose subscribers it is given and gives true for, such as those of a token
   * that was revoked. Gives their number. Their clients come back, and present their tokens anew.
   */
  disconnect(matches: (subscriber: HubSubscriber) => boolean): number;
  /** The channel under it: for its numbers, and for subscribers of your own. */
  readonly channel: Channel;
  /**
   * Ends every stream, and settles once their responses are over. Clients come back, to another process. A log
   * or store that was given stays the caller's.
   */
  close(options?: ChannelCloseOptions | undefined): Promise<void>;
}

/**
 * Makes a hub. Its handler serves what the protocol asks for: subscribing, publishing, and if you like the list
 * of active subscriptions.
 *
 * @example
 * const hub = createHub({
 *   url: 'https://example.org/.well-known/mercure',
 *   issuers: [{ id: 'https://example.org', publisher: { key: secret, algorithms: ['HS256'] } }],
 *   anonymous: true,
 * });
 * export default { fetch: async (request) => (await hub.fetch(request)) ?? new Response('', { status: 404 }) };
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createHub(options: HubOptions): Hub {
  const core = new HubCore(resolveHubOptions(options));
  return {
    [HANDLE]: (request) => core.handle(request),
    fetch: fetchWith(core),
    publish: (update, options) => core.publish(update, options),
    subscriptions: () => core.subscriptions(),
    disconnect: (matches) => core.disconnect(matches),
    channel: core.channel,
    close: (options) => core.close(options),
  };
}
