import { afterEach, expect, it, vi } from 'vitest';
import { connect } from '../../src/index';
import { scriptedFetch } from '../helpers/script';

it('visibility: pause is no obstacle where there is no document, as in Node and in workers', () => {
  expect(globalThis).not.toHaveProperty('document');
  const { fetch, call } = scriptedFetch();
  const stream = connect('http://localhost/', { fetch, visibility: 'pause' });
  expect([stream.state, call(0).live]).toEqual(['connecting', true]);
  stream.close();
  expect([stream.state, call(0).live]).toEqual(['closed', false]);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ['pause', ['resume', 'visibilitychange']],
  [undefined, ['resume']],
] as const)(
  'visibility: %s listens to its page for %j, and to nothing after close()',
  (visibility, types) => {
    const listeners = new Set<string>();
    vi.stubGlobal('document', {
      hidden: false,
      addEventListener: (type: string) => listeners.add(type),
      removeEventListener: (type: string) => listeners.delete(type),
    });
    const { fetch } = scriptedFetch();
    const stream = connect('http://localhost/', { fetch, visibility });
    expect([...listeners]).toEqual(types);
    stream.close();
    expect([...listeners]).toEqual([]);
  },
);
