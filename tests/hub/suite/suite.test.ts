import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFolder } from '../../support/folder';
import { nodeProgram } from '../../support/node-process';
import { findProgram, runProgram } from '../../support/program';
import { startRedis } from '../../support/redis-server';

const folder = process.env.EVENTWIRE_HUB_SUITE;
/** With this the suite's tokens are signed, for this issuer and audience. */
const secret = '!ChangeThisMercureHubJWTSecretKey!';
const [issuer, audience] = ['https://localhost', 'https://localhost/.well-known/mercure'];

describe.skipIf(folder === undefined)('check 1: the protocol’s own conformance suite', () => {
  it.each(['memory', 'Redis'])('is met by a hub with its log in %s', async (log) => {
    const suite = folder as string;
    await using redis = log === 'Redis' ? await startRedis() : undefined;
    await using program = await nodeProgram(new URL('../hub-process.ts', import.meta.url));
    const settings = { secret, issuer, audience, ...(redis && { redis: redis.url }) };
    const { port } = await program.start([JSON.stringify(settings)]);
    const config = {
      testDir: suite,
      reporter: 'json',
      workers: 1,
      use: {
        baseURL: `http://localhost:${port}`,
        launchOptions: { executablePath: findProgram('chromium'), args: ['--no-sandbox'] },
      },
      projects: [{ name: 'chromium' }],
    };
    await using own = await writeFolder({
      'playwright.config.json': JSON.stringify(config),
      'playwright.config.cjs': "module.exports = require('./playwright.config.json');",
    });
    const cli = join(suite, 'node_modules/@playwright/test/cli.js');
    const args = [cli, 'test', '--config', join(own.path, 'playwright.config.cjs')];
    process.env.CUSTOM_ID = '1';
    const report = JSON.parse(await runProgram(process.execPath, args, { cwd: suite, timeout: 240_000 }));
    const { expected, unexpected, flaky, skipped } = report.stats;
    console.log(`${log}: ${expected} of ${expected + unexpected + flaky + skipped}`);
    expect([unexpected, flaky, skipped]).toEqual([0, 0, 0]);
    expect(readdirSync(suite).some((name) => name.endsWith('.spec.ts'))).toBe(true);
    expect(expected).toBeGreaterThan(0);
  });
});
