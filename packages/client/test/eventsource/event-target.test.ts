import { afterEach, expect, it, vi } from 'vitest';
import { thrownBy } from './helpers';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('an EventSource without a global EventTarget says what is needed, and takes one that comes later', async () => {
  const Later = EventTarget;
  vi.stubGlobal('EventTarget', undefined);
  vi.resetModules(); // the runtime is looked at when the module is loaded
  const { EventSource } = await import('../../src/eventsource/index');
  const make = () => new EventSource('http://127.0.0.1/', { fetch: () => new Promise(() => {}) });
  const error = thrownBy(make);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({
    code: 'NO_EVENT_TARGET',
    message: 'EventSource needs a global EventTarget: install a polyfill first, or use connect()',
  });
  vi.stubGlobal('EventTarget', Later);
  const es = make();
  es.close();
  expect(es).toBeInstanceOf(Later);
});
