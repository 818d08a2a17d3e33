import { describe, expect, it } from 'vitest';
import { connect, type EventStreamMessage } from '../../src/index';
import { scriptedFetch } from '../helpers/script';

const url = 'http://localhost/';
const two = 'data: 1\n\ndata: 2\n\n';

describe('next()', () => {
  it('after return() gives nothing more, also while events wait for another iterator', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect(url, { fetch });
    const [left, other] = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
    call(0).open().send(two);
    expect((await left.next()).value?.data).toBe('1');
    await left.return?.();
    expect(await left.next()).toEqual({ done: true, value: undefined });
    for (const data of ['1', '2']) expect((await other.next()).value?.data).toBe(data);
    stream.close();
  });

  it('in the middle of a chunk does not overtake the call before it', async () => {
    const { fetch, call } = scriptedFetch();
    let second: Promise<IteratorResult<EventStreamMessage>> | undefined;
    const stream = connect(url, {
      fetch,
      terminal: ({ data }) => {
        if (data === '2') second = iterator.next();
        return false;
      },
    });
    const iterator = stream[Symbol.asyncIterator]();
    const first = iterator.next();
    call(0).open().send(two);
    expect([(await first).value?.data, (await second)?.value?.data]).toEqual(['1', '2']);
    stream.close();
  });
});
