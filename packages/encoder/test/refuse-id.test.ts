import { expect, it } from 'vitest';
import { refuseId, ServerEvent } from '../src/index';
import { refused } from './refused';

it('refuses any id, the empty one too, and takes an event without', () => {
  for (const event of [{ id: '1' }, { id: '', data: 'x' }, new ServerEvent('x', { id: '7' })]) {
    expect(refused(() => refuseId(event))).toMatchObject({
      ...{ code: 'ID_NOT_ALLOWED', field: 'id' },
      message: expect.stringMatching(/leave it out/),
    });
  }
  refuseId({ id: undefined });
  refuseId(new ServerEvent('x'));
});
