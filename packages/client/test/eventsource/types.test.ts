import { expect, expectTypeOf, it } from 'vitest';
import { type EventSourceInit as OurInit, EventSource as Ours } from '../../src/eventsource/index';

type Theirs = EventSource;
type TheirConstructor = typeof globalThis.EventSource;

it('the object is assignable to the DOM one, and the other way round', () => {
  const ours = new Ours('http://127.0.0.1/', { fetch: () => new Promise(() => {}) });
  const theirs: Theirs = ours;
  const back: Ours = theirs;
  expect(back).toBe(ours);
  theirs.close();
});

it('so is the constructor', () => {
  const asTheirs: TheirConstructor = Ours;
  expect(asTheirs).toBe(Ours);
  expectTypeOf<EventSourceInit>().toExtend<OurInit>();
  expectTypeOf<ConstructorParameters<TheirConstructor>>().toExtend<ConstructorParameters<typeof Ours>>();
  expectTypeOf(Ours.CONNECTING).toEqualTypeOf<0>();
  expectTypeOf(Ours.OPEN).toEqualTypeOf<1>();
  expectTypeOf(Ours.CLOSED).toEqualTypeOf<2>();
});

it('listeners are typed as the DOM types them', () => {
  const es = new Ours('http://127.0.0.1/', { fetch: () => new Promise(() => {}) });
  es.onmessage = function (event) {
    expectTypeOf(this).toEqualTypeOf<Ours>();
    expectTypeOf(event).toEqualTypeOf<MessageEvent>();
  };
  es.onopen = (event) => expectTypeOf(event).toEqualTypeOf<Event>();
  es.onerror = (event) => expectTypeOf(event).toEqualTypeOf<Event>();
  es.addEventListener('message', (event) => expectTypeOf(event).toEqualTypeOf<MessageEvent>());
  es.addEventListener('error', (event) => expectTypeOf(event).toEqualTypeOf<Event>(), { once: true });
  es.addEventListener('other', (event) => expectTypeOf(event).toEqualTypeOf<MessageEvent>(), true);
  es.addEventListener('other', { handleEvent: (event) => expectTypeOf(event).toEqualTypeOf<Event>() });
  const listener: EventListener = () => {};
  es.addEventListener('open', listener);
  es.removeEventListener('open', listener);
  es.removeEventListener('other', (event: MessageEvent<string>) => event.data);
  es.onopen = () => {
    // @ts-expect-error url is read-only
    es.url = 'y';
  };
  // @ts-expect-error a handler takes an event
  es.onmessage = (event: string) => event;
  // @ts-expect-error no such member
  void (() => new Ours('http://127.0.0.1/', { withCredential: true }));
  es.close();
});
