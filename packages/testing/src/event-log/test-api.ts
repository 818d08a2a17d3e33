import { hasMethods, invalidOption, isFunction } from '@eventwire/options';

/** The functions of a test runner that the suite needs: vitest's, Jest's and Bun's fit. */
export interface TestApi {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  expect(value: unknown): {
    toBe(expected: unknown): unknown;
    toEqual(expected: unknown): unknown;
  };
}

/** @throws TypeError `INVALID_OPTION` */
export function checkSuite(factory: unknown, api: unknown): void {
  if (!isFunction.accepts(factory)) throw invalidOption('factory', isFunction.expected, { value: factory });
  if (hasMethods(api, 'describe', 'it', 'expect')) return;
  throw invalidOption('api', 'a test runner: { describe, it, expect }', { value: api });
}

/** The code of the error that an action throws. */
export async function codeOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing was thrown';
}
