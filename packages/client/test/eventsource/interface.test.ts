import { describe, expect, it } from 'vitest';
import { EventSource } from '../../src/eventsource/index';
import { until } from '../helpers/server';
import { serveText, source } from './helpers';

const url = 'http://127.0.0.1/';
const never = () => new Promise<Response>(() => {});
const { prototype } = EventSource;

describe('9.2.2 The EventSource interface: the prototype', () => {
  it('inherits from EventTarget', () => {
    expect(EventSource.name).toBe('EventSource');
    expect(Object.getPrototypeOf(prototype)).toBe(EventTarget.prototype);
    expect(Object.getPrototypeOf(EventSource)).toBe(EventTarget);
    expect(Object.hasOwn(prototype, 'addEventListener')).toBe(false);
  });

  it('what is put on it is on every object', () => {
    const own = prototype as EventSource & { returnTrue?: () => boolean };
    own.returnTrue = () => true;
    try {
      expect((source(url, { fetch: never }) as typeof own).returnTrue?.()).toBe(true);
    } finally {
      delete own.returnTrue;
    }
  });

  it.each([
    ['CONNECTING', 0],
    ['OPEN', 1],
    ['CLOSED', 2],
  ] as const)('%s is %i on the constructor, the prototype and every object', (name, value) => {
    for (const holder of [EventSource, prototype]) {
      expect(Object.getOwnPropertyDescriptor(holder, name)).toEqual({
        value,
        writable: false,
        enumerable: true,
        configurable: false,
      });
    }
    const es = source(url, { fetch: never });
    expect(es[name]).toBe(value);
    expect(Object.hasOwn(es, name)).toBe(false);
    expect(() => Object.assign(es, { [name]: 9 })).toThrow(TypeError);
    expect(es[name]).toBe(value);
  });

  it('has Symbol.toStringTag as Web IDL describes it', () => {
    expect(String(source(url, { fetch: never }))).toBe('[object EventSource]');
    expect(Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)).toEqual({
      value: 'EventSource',
      writable: false,
      enumerable: false,
      configurable: true,
    });
  });

  it.each(['url', 'withCredentials', 'readyState'])('%s is a read-only, enumerable accessor', (name) => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    expect(descriptor).toMatchObject({ set: undefined, enumerable: true, configurable: true });
    const es = source(url, { fetch: never });
    const before = Reflect.get(es, name);
    expect(() => Object.assign(es, { [name]: 'other' })).toThrow(TypeError);
    expect(Reflect.get(es, name)).toBe(before);
    expect(() => Reflect.get(prototype, name)).toThrow(TypeError); // of an object that is no EventSource
  });

  it.each(['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror'])(
    'the functions of %s have the names, lengths and receivers that Web IDL gives them',
    (name) => {
      const { get, set } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
      expect([get?.name, get?.length]).toEqual([`get ${name}`, 0]);
      if (set) expect([set.name, set.length]).toEqual([`set ${name}`, 1]);
      for (const receiver of [undefined, null, {}, prototype, new EventTarget()]) {
        expect(() => Reflect.apply(get as () => unknown, receiver, [])).toThrow(TypeError);
        if (set) expect(() => Reflect.apply(set, receiver, [null])).toThrow(TypeError);
      }
    },
  );

  it('the interface object and its prototype point at each other, for good', () => {
    expect(Object.getOwnPropertyDescriptor(EventSource, 'prototype')).toEqual({
      value: prototype,
      writable: false,
      enumerable: false,
      configurable: false,
    });
    const fixed = { writable: false, enumerable: false, configurable: true };
    expect(Object.getOwnPropertyDescriptor(EventSource, 'name')).toEqual({ value: 'EventSource', ...fixed });
    expect(Object.getOwnPropertyDescriptor(EventSource, 'length')).toEqual({ value: 1, ...fixed });
    expect(Object.getOwnPropertyDescriptor(prototype, 'constructor')).toEqual({
      value: EventSource,
      writable: true,
      enumerable: false,
      configurable: true,
    });
  });

  it('close() is an enumerable, writable operation without arguments', () => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'close');
    expect(descriptor).toMatchObject({ enumerable: true, writable: true, configurable: true });
    expect(prototype.close).toHaveLength(0);
    expect(source(url, { fetch: never }).close()).toBeUndefined();
    expect(() => Reflect.apply(prototype.close, {}, [])).toThrow(TypeError);
  });

  it('has the attributes, operations and constants of the IDL, and no others', () => {
    expect(Object.keys(prototype).sort()).toEqual(
      ['url', 'withCredentials', 'CONNECTING', 'OPEN', 'CLOSED', 'readyState']
        .concat(['onopen', 'onmessage', 'onerror', 'close'])
        .sort(),
    );
    expect(Object.keys(source(url, { fetch: never }))).toEqual([]);
  });
});

describe.each(['open', 'message', 'error'] as const)('8.1.8.1 Event handlers: on%s', (type) => {
  const name = `on${type}` as const;
  const create = () => source(url, { fetch: never });
  const fire = (es: EventSource, init?: EventInit) => {
    const event = new Event(type, init);
    es.dispatchEvent(event);
    return event;
  };

  it('is an enumerable accessor of the prototype, null at first', () => {
    expect(Object.getOwnPropertyDescriptor(prototype, name)).toMatchObject({
      enumerable: true,
      configurable: true,
      set: expect.any(Function),
    });
    expect(create()[name]).toBeNull();
  });

  it.each([undefined, null, 0, 1, 'text', true, Symbol('s'), 1n])('%s is kept as null', (value) => {
    const es = create();
    es[name] = () => {};
    Reflect.set(es, name, value);
    expect(es[name]).toBeNull();
    fire(es);
  });

  it('an object is kept, and does nothing, handleEvent or not', () => {
    const es = create();
    let called = false;
    const object = {
      handleEvent() {
        called = true;
      },
    };
    Reflect.set(es, name, object);
    expect(es[name]).toBe(object);
    fire(es);
    expect(called).toBe(false);
  });

  it('is called with the event, with the object as this', () => {
    const es = create();
    const calls: unknown[] = [];
    es[name] = function (this: EventSource, ...args: unknown[]) {
      calls.push(this, ...args);
    };
    const event = fire(es);
    expect(calls).toEqual([es, event]);
  });

  it('keeps its place when it is replaced, and loses it when it is set to null', () => {
    const es = create();
    const order: string[] = [];
    es.addEventListener(type, () => order.push('first'));
    es[name] = () => order.push('old');
    es.addEventListener(type, () => order.push('last'));
    es[name] = () => order.push('new');
    fire(es);
    expect(order.splice(0)).toEqual(['first', 'new', 'last']);
    es[name] = null;
    fire(es);
    expect(order.splice(0)).toEqual(['first', 'last']);
    es[name] = () => order.push('again');
    fire(es);
    expect(order).toEqual(['first', 'last', 'again']);
  });

  it('an object that is replaced by a function keeps its place too', () => {
    const es = create();
    const order: string[] = [];
    Reflect.set(es, name, {});
    es.addEventListener(type, () => order.push('listener'));
    es[name] = () => order.push('handler');
    fire(es);
    expect(order).toEqual(['handler', 'listener']);
  });

  it('returning false, and nothing else, cancels what can be cancelled', () => {
    const es = create();
    for (const [value, canceled] of [
      [false, true] as const,
      [0, false] as const,
      [undefined, false] as const,
    ]) {
      es[name] = () => value;
      expect(fire(es, { cancelable: true }).defaultPrevented).toBe(canceled);
      expect(fire(es).defaultPrevented).toBe(false);
    }
  });
});

describe('EventTarget', () => {
  it('listeners are called beside the handler, in order, with once, removal and handleEvent', async () => {
    const server = await serveText('data: 1\n\ndata: 2\n\ndata: 3\n\n');
    const es = source(server.url);
    const calls: string[] = [];
    const removed = ({ data }: MessageEvent<string>) => {
      calls.push(`removed ${data}`);
      es.removeEventListener('message', removed);
    };
    es.addEventListener('message', ({ data }) => calls.push(`once ${data}`), { once: true });
    es.onmessage = ({ data }) => calls.push(`handler ${data}`);
    es.addEventListener('message', removed);
    es.addEventListener('message', { handleEvent: () => calls.push('object') });
    await until(() => calls.includes('handler 3'));
    await until(() => calls.filter((call) => call === 'object').length === 3);
    expect(calls).toEqual([
      'once 1',
      'handler 1',
      'removed 1',
      'object',
      'handler 2',
      'object',
      'handler 3',
      'object',
    ]);
  });
});
