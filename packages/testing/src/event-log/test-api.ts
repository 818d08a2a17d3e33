/** The functions of a test runner that the suite needs: vitest's, Jest's and Bun's fit. */
export interface TestApi {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  expect(value: unknown): {
    toBe(expected: unknown): unknown;
    toEqual(expected: unknown): unknown;
  };
}
