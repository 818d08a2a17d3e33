import { createMemoryLog } from '@eventwire/server';
import { describeEventLog } from '@eventwire/testing/event-log';
import { describe, expect, it } from 'vitest';

describeEventLog('createMemoryLog', ({ maxEvents }) => createMemoryLog({ maxEvents }), {
  describe,
  it,
  expect,
});
