import { expect, it } from 'vitest';
import { Epochs } from '../src/epochs';

it('An epoch that has ended does not come back with an answer that was on its way', () => {
  const epochs = new Epochs();
  epochs.learn('one', epochs.ask());
  const slow = epochs.ask();
  epochs.learn('two', epochs.ask());
  epochs.learn('one', slow);
  expect(epochs.newest).toBe('two');
});

it('An epoch that has ended comes back with an answer to what was asked since, as by a failover', () => {
  const epochs = new Epochs();
  epochs.learn('one', epochs.ask());
  epochs.learn('two', epochs.ask());
  epochs.learn('one', epochs.ask());
  expect(epochs.newest).toBe('one');
});
