import { vi } from 'vitest';
import { describeSqlite } from './describe-sqlite';

// Rows are packed all the time, and few events go into one.
vi.mock('../../packages/sqlite/src/packing', () => ({
  MOST_ARRIVALS: 3,
  LONG: 512,
  PACKED_EVENTS: 2,
  PACKED_CHARACTERS: 60,
}));

describeSqlite();
