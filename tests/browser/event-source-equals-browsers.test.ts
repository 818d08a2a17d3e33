import { EventSource } from '@eventwire/client/eventsource';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, browserNames, openPage } from '../support/browser-page';
import { bundle } from '../support/bundle';
import { type Course, type Followed, follow } from '../support/event-source-runner';
import { generatedScenarios, listedScenarios, type Scenario } from '../support/event-source-scenarios';
import { followScenarios, type Told } from '../support/follow-scenarios';
import { courseOf, type ScenarioServer, type Seen, serveScenarios } from '../support/scenario-server';

/** `pnpm test:browsers` sets both. The seed is fixed, so that the same scenarios are followed everywhere. */
const wanted = Number(process.env.EVENTWIRE_SCENARIOS ?? 30);
const seed = Number(process.env.EVENTWIRE_SEED ?? 20_260_101);

const scenarios = choose(wanted);
let server: ScenarioServer;
const pages = new Map<BrowserName, BrowserPage>();

/** All that are listed and generated ones, or, where fewer are wanted, some from everywhere among them. */
function choose(count: number): Scenario[] {
  const listed = listedScenarios();
  const all = [...listed, ...generatedScenarios(Math.max(count - listed.length, listed.length), seed)];
  if (count >= all.length) return all;
  if (count > listed.length) return all.slice(0, count);
  return Array.from(
    { length: count },
    (_, index) => all[Math.floor((index * all.length) / count)] as Scenario,
  );
}

beforeAll(async () => {
  const script = await bundle(`
    import { EventSource as Ours } from '@eventwire/client/eventsource';
    import { follow } from './event-source-runner';
    globalThis.follow = async (whose, path, course) => JSON.stringify(
      await follow(whose === 'ours' ? Ours : EventSource, location.origin + path, course));`);
  server = await serveScenarios(scenarios, (url, response) => {
    if (url === '/page.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else {
      const html = '<!doctype html><meta charset="utf-8"><script src="page.js" type="module"></script>';
      response.writeHead(200, { 'content-type': 'text/html' }).end(html);
    }
  });
  await Promise.all(browserNames.map(async (name) => pages.set(name, await openPage(name, server.url))));
});

afterAll(async () => {
  for (const page of pages.values()) await page[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** What a reader was told, and what the server was asked by it, in one scenario. */
interface Report {
  told: Told;
  seen: Seen[];
}

async function reports(
  reader: string,
  followOne: (path: string, course: Course) => Promise<Followed>,
): Promise<Report[]> {
  const all = await followScenarios(reader, scenarios, (index) =>
    followOne(`/scenario/${reader}/${index}`, courseOf(scenarios[index] as Scenario)).finally(() =>
      server.finish(reader, index),
    ),
  );
  return all.map((told, index) =>
    comparable(scenarios[index] as Scenario, { told, seen: server.seen(reader, index) }),
  );
}

const inPages = new Map<string, Promise<Report[]>>();

/** Once for each, since it takes its time. */
function inPage(name: BrowserName, whose: 'native' | 'ours'): Promise<Report[]> {
  const page = pages.get(name);
  if (page === undefined) throw new Error(`${name} has not started`);
  const reader = whose + name;
  const done =
    inPages.get(reader) ??
    reports(reader, async (path, course) =>
      JSON.parse(await page.evaluate(`follow('${whose}', '${path}', ${JSON.stringify(course)})`)),
    );
  inPages.set(reader, done);
  return done;
}

/** Those that came to no end, which none may. */
function stuck(reader: string, all: Report[]): string[] {
  return all.flatMap(({ told }, index) =>
    typeof told === 'string' ? [`${reader}: ${scenarios[index]?.name}: ${told}`] : [],
  );
}

/** Without what only browsers send. */
function withoutBrowser({ told, seen }: Report): unknown {
  return [
    told,
    seen.map(({ method, url, lastEventId, accept, cacheControl }) => [
      ...[method, url, lastEventId, accept, cacheControl],
    ]),
  ];
}

describe(`${scenarios.length} scenarios (seed ${seed})`, { timeout: 600_000 }, () => {
  it.each(browserNames)('in %s: told and asked the same as by its own EventSource', async (name) => {
    const native = await inPage(name, 'native');
    const ours = await inPage(name, 'ours');
    const explained = new Map<string, number>();
    const failures = [...stuck(`${name}'s own`, native), ...stuck('ours', ours)];
    scenarios.forEach((scenario, index) => {
      if (isEqual(native[index], ours[index])) return;
      const reason = scenario.departs?.[name];
      if (reason !== undefined) explained.set(reason, (explained.get(reason) ?? 0) + 1);
      else failures.push(describeDifference(scenario, [name, native[index]], ['ours', ours[index]]));
    });
    const told = native.reduce(
      (sum, { told }) => sum + (typeof told === 'string' ? 0 : told.fired.length),
      0,
    );
    const asked = native.reduce((sum, { seen }) => sum + seen.length, 0);
    console.log(
      `${name} ${pages.get(name)?.version}: ${scenarios.length} scenarios with ${told} calls of listeners and ${asked} requests;`,
      `${failures.length} otherwise without an explanation; explained:`,
      JSON.stringify(Object.fromEntries(explained)),
    );
    expect(failures.length, failures.slice(0, 5).join('\n')).toBe(0);
    // A departure that no listed scenario shows any more should go; a generated one may close before it comes to that.
    const listed = new Set(listedScenarios().map((scenario) => scenario.name));
    const departing = scenarios.flatMap((one) => (listed.has(one.name) ? (one.departs?.[name] ?? []) : []));
    expect([...explained.keys()]).toEqual(expect.arrayContaining(departing));
  });

  // Not as in Firefox, which by itself sends a request again that got no answer.
  it('in Node: told and asked the same as in Chromium', async () => {
    const there = await inPage('chromium', 'ours');
    const here = await reports('oursnode', (path, course) => follow(EventSource, server.url + path, course));
    const differences = scenarios.flatMap((scenario, index) => {
      const [a, b] = [here[index], there[index]].map((report) => report && withoutBrowser(report));
      return isEqual(a, b) ? [] : [describeDifference(scenario, ['Node', a], ['Chromium', b])];
    });
    const failures = [...stuck('Node', here), ...differences];
    expect(failures.length, failures.slice(0, 5).join('\n')).toBe(0);
  });
});

/**
 * A request that gets no answer, browsers send again by themselves if it went over a connection that they had opened ahead, and
 * otherwise after an error. So errors one right after the other count as one where a request gets none.
 */
function comparable({ answers }: Scenario, { told, seen }: Report): Report {
  if (typeof told === 'string' || answers.every(({ status }) => status !== 0)) return { told, seen };
  const { fired } = told;
  const isError = (index: number) => fired[index]?.type === 'error' && fired[index]?.data === undefined;
  const isAgain = (index: number) => [0, -1, -2].every((before) => isError(index + before));
  return { told: { ...told, fired: fired.filter((_, index) => !isAgain(index)) }, seen };
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The scenario, and both reports from shortly before where they part. */
function describeDifference({ name, answers }: Scenario, ...reports: [string, unknown][]): string {
  const script = answers.map(({ chunks = [], ...rest }) => ({ ...rest, chunks: chunks.map(String) }));
  const [a = '', b = ''] = reports.map(([, report]) => JSON.stringify(report));
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const part = (text: string) => text.slice(Math.max(0, same - 300), same + 300);
  return [
    `${name}: ${JSON.stringify(script).slice(0, 1000)}`,
    ...reports.map(([who, report]) => `  ${who}: …${part(JSON.stringify(report))}…`),
  ].join('\n');
}
