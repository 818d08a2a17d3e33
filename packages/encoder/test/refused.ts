import { expect } from 'vitest';
import { ServerEventError } from '../src/index';

/** Runs what must be refused, and gives the error with everything that its reader relies on. */
export function refused(run: () => unknown): ServerEventError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ServerEventError);
    expect(error).toBeInstanceOf(TypeError);
    if (error instanceof ServerEventError) return error;
  }
  throw new Error('It was not refused');
}
