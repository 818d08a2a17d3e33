import { describe, expect, it, vi } from 'vitest';
import { type ConnectOptions, connect, type ReconnectInfo } from '../../src/index';
import { scriptedFetch, settle, VirtualClock } from '../helpers/script';

const url = 'http://localhost/';
const headers = { 'content-type': 'text/event-stream' };

describe('a refused response', () => {
  it('is quoted whole where a character comes in two chunks', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect(url, { fetch });
    const page = new TextEncoder().encode('für später');
    call(0).open({ status: 404 }).send(page.subarray(0, 2)).send(page.subarray(2)).end();
    expect((await stream.closed).error?.body).toBe('für später');
  });
});

describe('a response whose body is null', () => {
  const answered = async (init: ResponseInit) => {
    const { fetch, call } = scriptedFetch();
    const infos: ReconnectInfo[] = [];
    const onReconnect = (info: ReconnectInfo) => infos.push(info);
    const stream = connect(url, { fetch, clock: new VirtualClock(), onEvent: () => {}, onReconnect });
    call(0).resolve(new Response(null, init));
    await settle();
    return { stream, infos };
  };

  it('is a stream that has ended, not one that is broken', async () => {
    const { stream, infos } = await answered({ headers });
    expect(infos).toMatchObject([{ attempt: 1, error: undefined }]);
    expect(stream.state).toBe('waiting');
    stream.close();
  });

  it('is quoted as empty where it is refused', async () => {
    const { stream } = await answered({ status: 404 });
    expect((await stream.closed).error).toMatchObject({ code: 'BAD_STATUS', body: '' });
  });
});

it.each<[string, ConnectOptions]>([
  ['without an idle timeout', {}],
  ['with one', { idleTimeout: 5000 }],
])('a chunk sets no timer anew, %s', async (_, options) => {
  const { fetch, call } = scriptedFetch();
  const clock = new VirtualClock();
  const stream = connect(url, { fetch, clock, onEvent: () => {}, ...options });
  call(0).open().send('data: 1\n\n');
  await settle();
  const set = vi.spyOn(clock, 'setTimeout');
  const clear = vi.spyOn(clock, 'clearTimeout');
  for (let chunk = 0; chunk < 5; chunk++) {
    call(0).send('data: 2\n\n');
    await settle();
  }
  expect([set, clear].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  stream.close();
  expect(clock.timers.size).toBe(0);
});
