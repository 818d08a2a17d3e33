// A runtime may lack EventTarget when this package is imported, and get it before the first EventSource is
// made: from a polyfill, or a test's set-up. So a class that extends it begins with a stand-in there, which
// is replaced then.

class StandIn {}

export function eventTargetOrStandIn(): typeof EventTarget {
  return globalThis.EventTarget ?? StandIn;
}

/**
 * Has the class extend EventTarget if it extends the stand-in. To be called before `super()`, which looks
 * up the parent anew at each call.
 *
 * @throws TypeError if there is no EventTarget yet; code `NO_EVENT_TARGET`
 */
export function replaceStandIn(derived: { readonly prototype: EventTarget }): void {
  if (Object.getPrototypeOf(derived) !== StandIn) return;
  const { EventTarget } = globalThis;
  if (EventTarget === undefined) {
    const message = 'EventSource needs a global EventTarget: install a polyfill first, or use connect()';
    throw Object.assign(new TypeError(message), { code: 'NO_EVENT_TARGET' });
  }
  Object.setPrototypeOf(derived, EventTarget);
  Object.setPrototypeOf(derived.prototype, EventTarget.prototype);
}
