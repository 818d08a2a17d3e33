import { type Browser, launch } from 'puppeteer-core';
import { find } from '../../scripts/system.mjs';

/** Debian's Firefox without a window, in a profile of its own, driven over WebDriver BiDi. */
export function launchFirefox(): Promise<Browser> {
  const executablePath = find('firefox');
  if (executablePath === undefined)
    throw new Error('Firefox was not found: `npm test` installs it, or says how.');
  return launch({
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    executablePath,
    headless: true,
    timeout: 60_000,
    // The tests have time limits of their own.
    protocolTimeout: 0,
  });
}
