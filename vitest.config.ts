import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { nodeRunsMsw3 } from './scripts/system.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));

// Source, not dist: coverage and stack traces are then of what one reads. tests/published imports the built packages.
const alias = [
  { find: /^@eventwire\/([a-z-]+)$/, replacement: `${root}packages/$1/src/index.ts` },
  { find: /^@eventwire\/([a-z-]+)\/([a-z/-]+)$/, replacement: `${root}packages/$1/src/$2/index.ts` },
];

const packages = readdirSync(new URL('./packages', import.meta.url)).map((name) => ({
  resolve: { alias },
  test: {
    name,
    root: `${root}packages/${name}`,
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // One worker for many files, which then load what they share once: a fifth of their time.
    isolate: false,
  },
}));

/** A folder of `tests/`, or some files of one, as a project of its own, so that it can be run by name. */
const suite = (name: string, options: object = {}) => ({
  resolve: { alias },
  test: { name, root: `${root}tests`, include: [`${name}/**/*.test.ts`], ...options },
});

const BUILT = ['built-packages', 'import-time', 'tarball-problems'].map(
  (name) => `published/${name}.test.ts`,
);

/** The other major version of msw that is supported, with the same tests. */
const testingMsw3 = {
  resolve: { alias: [...alias, { find: /^msw(?=\/|$)/, replacement: 'msw3' }] },
  test: {
    name: 'testing-msw-3',
    root: `${root}packages/testing`,
    include: ['test/msw-*.test.ts'],
    env: { EVENTWIRE_MSW: '3' },
    testTimeout: 30_000,
  },
};

/**
 * Conditions that a test waits for come in milliseconds. The second after which vitest gives up by itself is too
 * short on a machine that is busy with other tests. `vi.waitUntil` has no setting: tests/support/patience.ts.
 */
const patient = <T extends { test: object }>(project: T) => ({
  ...project,
  test: {
    ...project.test,
    expect: { poll: { timeout: 15_000 } },
    setupFiles: [`${root}tests/support/patience.ts`],
  },
});

/** Projects whose programs are missing. Of several `--project=!name`, vitest takes what any of them allows. */
const leftOut = (process.env.EVENTWIRE_LEFT_OUT ?? '').split(',');

/** Files that wait for long. Vitest begins the small ones last, and there would be nothing beside them to do. */
const LONG = /(slow-reader|slow-events|day|peer|cluster|hub-page|next|snippets|types)\.test\.ts$/;
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    // One more than vitest would take on two cores: many tests wait for sockets and programs rather than compute.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      ...packages,
      ...(nodeRunsMsw3 ? [testingMsw3] : []),
      suite('round-trip', { exclude: ['round-trip/parser-equals-oracle.test.ts'] }),
      suite('oracle', { include: ['round-trip/parser-equals-oracle.test.ts'] }),
      suite('relay', { include: ['proxies/relay-*.test.ts'], testTimeout: 60_000 }),
      suite('end-to-end', { testTimeout: 60_000 }),
      suite('foreign-clients', { testTimeout: 60_000, hookTimeout: 60_000 }),
      // On the built packages, since Next bundles for itself.
      { ...suite('next', { testTimeout: 420_000, hookTimeout: 60_000 }), resolve: {} },
      suite('chaos', { include: ['chaos/chaos.test.ts'], testTimeout: 900_000 }),
      // Apart, since it lasts as long as it is asked to.
      suite('soak', { include: ['chaos/soak.test.ts', 'memory/arrivals.test.ts'], testTimeout: 0 }),
      suite('attack', { testTimeout: 900_000 }),
      suite('peers', {
        include: ['interop/servers.test.ts', 'interop/llm-streams.test.ts'],
        testTimeout: 120_000,
      }),
      suite('proxies', { include: ['proxies/nginx.test.ts'], testTimeout: 60_000 }),
      suite('memory', { exclude: ['memory/arrivals.test.ts'], testTimeout: 600_000 }),
      suite('recipes', { testTimeout: 60_000, hookTimeout: 60_000 }),
      suite('structure', { exclude: ['structure/start.test.ts'], testTimeout: 60_000 }),
      suite('start', { include: ['structure/start.test.ts'], testTimeout: 180_000 }),
      suite('run-store', { include: ['runs/{run,memory,sqlite}-*.test.ts'], testTimeout: 120_000 }),
      suite('redis-runs', { include: ['runs/redis-*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 }),
      suite('runs', { include: ['runs/faults/*.test.ts'], testTimeout: 1_800_000, hookTimeout: 60_000 }),
      suite('runs-peer', { include: ['runs/peer/*.test.ts'], testTimeout: 300_000, hookTimeout: 60_000 }),
      // Apart, since it needs a folder that is not ours.
      suite('hub-suite', { include: ['hub/suite/*.test.ts'], testTimeout: 300_000 }),
      suite('hub-processes', { include: ['hub/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 }),
      suite('event-log', { include: ['logs/memory-log.test.ts'] }),
      suite('redis-log', { include: ['logs/redis-*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 }),
      suite('exactly-once', { include: ['chaos/exactly-once.test.ts'], testTimeout: 1_800_000 }),
      suite('browser', {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        exclude: ['browser/*-browsers.test.ts'],
      }),
      // Apart from the others, since it needs Firefox too.
      suite('browsers', {
        testTimeout: 60_000,
        hookTimeout: 120_000,
        include: ['browser/*-browsers.test.ts'],
      }),
      suite('runtimes'),
      { ...suite('built', { include: BUILT, testTimeout: 60_000 }), resolve: {} },
      suite('types', { include: ['published/types.test.ts'], testTimeout: 600_000, hookTimeout: 120_000 }),
      { ...suite('docs', { include: ['published/snippets.test.ts'], testTimeout: 60_000 }), resolve: {} },
      {
        resolve: { alias },
        test: { name: 'bench', root: `${root}bench`, include: ['test/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        test: {
          name: 'cluster',
          root: `${root}examples/cluster`,
          include: ['test/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'jobs',
          root: `${root}examples/jobs`,
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
    ]
      .filter(({ test: { name } }) => !leftOut.includes(name))
      .map(patient),
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
