import { expect, it } from 'vitest';
import { connect } from '../../src/index';
import { scriptedFetch, settle } from '../helpers/script';

it('onEvent is called for one event at a time, although reading goes on meanwhile', async () => {
  const { fetch, call } = scriptedFetch();
  const log: string[] = [];
  const releases: (() => void)[] = [];
  const stream = connect('http://localhost/', {
    fetch,
    onQueueFull: 'drop-oldest',
    onEvent: async ({ data }) => {
      log.push(`in ${data}`);
      await new Promise<void>((resolve) => releases.push(resolve));
      log.push(`out ${data}`);
    },
  });
  call(0).open();
  for (const data of ['1', '2']) {
    call(0).send(`data: ${data}\n\n`);
    await settle();
  }
  expect(log).toEqual(['in 1']);
  releases[0]?.();
  await settle();
  expect(log).toEqual(['in 1', 'out 1', 'in 2']);
  stream.close();
});
