import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { RedisClientLike } from '../src/index';
import { OwnConnection } from '../src/own-connection';

describe('A connection of its own', () => {
  it('hands its errors over, which nobody else listens to: they would end the process', async () => {
    const duplicate = Object.assign(new EventEmitter(), { connect: async () => {} });
    const client = { duplicate: () => duplicate } as unknown as RedisClientLike;
    const onError = vi.fn();
    await new OwnConnection({ client, commandTimeout: 1000, onError }).open();
    const error = new Error('the socket broke');
    duplicate.emit('error', error);
    expect(onError.mock.calls).toEqual([[error]]);
  });
});
