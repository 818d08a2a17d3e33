import { ServerResponse } from 'node:http';
import { expect, it, onTestFinished, vi } from 'vitest';
import { eventStreamHandler } from '../src/index';
import { get, serve } from './helpers';

it.each([
  [false, 2],
  [true, 0],
])(
  'With directWrites: %s, res.write sees %i writes of two, and the bytes are the same',
  async (directWrites, seen) => {
    const write = vi.spyOn(ServerResponse.prototype, 'write');
    onTestFinished(() => write.mockRestore());
    const { url } = await serve(eventStreamHandler(() => ['a'], { heartbeat: false, directWrites }));
    const client = await get(url);
    expect(await client.ended).toBe('end');
    expect(client.text).toBe('data: a\n\nevent: eventwire:end\ndata: {}\n\n');
    expect(write).toHaveBeenCalledTimes(seen);
  },
);
