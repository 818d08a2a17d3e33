import type { RunStore } from '@eventwire/server';
import { checkSuite, codeOf, type TestApi } from '../event-log/test-api';
import { describeClaims } from './describe-claims';
import { describeRunLog } from './describe-run-log';
import type { RunTools } from './run-tools';

/** Makes a store without runs. It is disposed of after its test. */
export type RunStoreFactory = () => RunStore | Promise<RunStore>;

/** Further ways to the same runs. Those that are left out are not tested. */
export interface RunStoreVariants {
  /**
   * Opens a second store on the same runs, as another process would. It is disposed of after its test. A store
   * in memory gives itself.
   *
   * @default the same store
   */
  other?: ((store: RunStore) => RunStore | Promise<RunStore>) | undefined;
  /** Disposes of a store and opens it again, as a process that is restarted. */
  reopen?: ((store: RunStore) => RunStore | Promise<RunStore>) | undefined;
}

/**
 * The contract of `RunStore`, as tests of a store: claims, leases, fencing, the end, stops, expiry, and logs
 * that survive what the store survives.
 *
 * @throws TypeError with the code `INVALID_OPTION`, if the factory or the test runner is missing
 */
export function describeRunStore(
  name: string,
  factory: RunStoreFactory,
  api: TestApi,
  { other, reopen }: RunStoreVariants = {},
): void {
  checkSuite(factory, api);
  const { describe, it, expect } = api;
  const tools: RunTools = {
    describe,
    expect,
    test: (what, body) =>
      it(what, async () => {
        const opened = new Set<RunStore>();
        const keep = (store: RunStore) => {
          opened.add(store);
          return store;
        };
        let store = keep(await factory());
        try {
          const again = async () => {
            opened.delete(store);
            store = keep((await reopen?.(store)) ?? store);
            return store;
          };
          const second = other ? keep(await other(store)) : store;
          await body({ store, other: second, reopen: reopen && again });
        } finally {
          for (const one of opened) await one[Symbol.asyncDispose]();
        }
      }),
    codeOf,
    async until(condition) {
      while (!(await condition())) await new Promise<void>((resolve) => setTimeout(resolve, 5));
    },
    async end(log, claim, end = { outcome: 'done' }) {
      const event = { type: 'eventwire:end', data: JSON.stringify(end) };
      return (await log.append(event, { term: claim?.term, end })).id;
    },
  };

  describe(`${name} as a RunStore`, () => {
    describeClaims(tools);
    describeRunLog(tools);
  });
}
