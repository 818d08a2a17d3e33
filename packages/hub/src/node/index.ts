export { type HubListener, hubListener } from './hub-listener';
