import { expect, it } from 'vitest';
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
