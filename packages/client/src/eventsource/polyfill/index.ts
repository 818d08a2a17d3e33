// Makes EventSource a global where there is none; a native one stays. To use this one beside a native one,
// import it from `@eventwire/client/eventsource`.
import { EventSource } from '../event-source';

if (globalThis.EventSource === undefined) {
  // [spec] Web IDL: the property of an interface object is writable and configurable, and not enumerable.
  Object.defineProperty(globalThis, 'EventSource', {
    value: EventSource,
    writable: true,
    configurable: true,
  });
}

export { EventSource };
