import { createMemoryLog } from '@eventwire/server';
import { describeEventLog } from '@eventwire/testing/event-log';
import { describe, expect, it } from 'vitest';

describeEventLog(
  'createMemoryLog with an idPrefix',
  ({ maxEvents }) => createMemoryLog({ maxEvents, idPrefix: 'urn:x.1:' }),
  { describe, it, expect },
);

describeEventLog('createMemoryLog', ({ maxEvents }) => createMemoryLog({ maxEvents }), {
  describe,
  it,
  expect,
});

it('an idPrefix begins every id of a memory log, the one before an event too', async () => {
  const log = createMemoryLog({ idPrefix: 'urn:x.1:' });
  const start = await log.lastId();
  const { id } = await log.append('x');
  const ids = [start, id, log.cursorBefore?.(id)];
  expect(ids.filter((id) => id?.startsWith('urn:x.1:'))).toEqual(ids);
  for (const idPrefix of ['a b', 5, ['a']]) {
    expect(() => createMemoryLog({ idPrefix: idPrefix as string })).toThrow(
      expect.objectContaining({ option: 'idPrefix' }),
    );
  }
});
