import { type CheckedUpdate, HUB_TYPE } from '../publish/update';
import type { ConnectedSubscriber } from '../subscribe/hub-subscriber';

/** A subscription that is active: one matcher of one connection. */
export interface ActiveSubscription {
  /** Its topic and address: a path below the hub's. */
  readonly id: string;
  readonly protocol: '1.0' | '0.x';
  /** `exact` or `urlpattern`; in protocol 0.x `template`. */
  readonly matchType: string;
  readonly match: string;
  /** The connection's id. */
  readonly subscriber: string;
  /** As the subscriber's token has it. */
  readonly payload?: unknown;
}

/** The subscriptions of a connection. */
export function subscriptionsOf(subscriber: ConnectedSubscriber, hubPath: string): ActiveSubscription[] {
  const { protocol, grants, id: connection } = subscriber;
  return subscriber.matchers.map(({ type, match }) => {
    const segments = protocol === '1.0' ? [type, match, connection] : [match, connection];
    const id = `${hubPath}/subscriptions/${segments.map(encodeSegment).join('/')}`;
    const payload = grants.payloadFor(match);
    return {
      id,
      protocol,
      matchType: type,
      match,
      subscriber: connection,
      ...(payload === undefined ? {} : { payload }),
    };
  });
}

/** [spec] RFC 6570, 3.2.2: only unreserved characters stay as they are. */
function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** As the protocol of its subscriber describes it. */
export function describe(subscription: ActiveSubscription, active: boolean): object {
  const { id, protocol, matchType, match, subscriber, payload } = subscription;
  const rest = payload === undefined ? { subscriber, active } : { subscriber, active, payload };
  return protocol === '1.0'
    ? { id, type: 'subscription', match_type: matchType, match, ...rest }
    : { '@context': CONTEXT, id, type: 'Subscription', topic: match, ...rest };
}

/** Of protocol 0.x. */
export const CONTEXT = 'https://mercure.rocks/';

/** The update by which the hub announces that a subscription has begun or ended. */
export function announcement(subscription: ActiveSubscription, active: boolean): CheckedUpdate {
  return {
    topics: [subscription.id],
    data: JSON.stringify(describe(subscription, active)),
    private: true,
    id: undefined,
    type: subscription.protocol === '1.0' ? HUB_TYPE : undefined,
    retry: undefined,
  };
}
