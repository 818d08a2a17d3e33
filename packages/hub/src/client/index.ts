export { type HubLinkInit, hubLink } from '../http/link';
export type { Update } from '../publish/update';
export { createPublisher, type Publisher, type PublisherInit } from './create-publisher';
export { type Discovery, discover } from './discover';
export { HubError } from './hub-error';
export { type HubSubscribeOptions, subscribe } from './subscribe';
