import { vi } from 'vitest';

/** The setup of every project, for what vitest.config.ts cannot set: how long `vi.waitUntil` waits. */
const { waitUntil } = vi;
const timeout = 15_000;

vi.waitUntil = (condition, options) =>
  waitUntil(condition, { timeout, ...(typeof options === 'number' ? { timeout: options } : options) });
