import { type Browser, launch } from 'puppeteer-core';
import { findProgram } from './program';

/** Debian's Firefox without a window, in a profile of its own, driven over WebDriver BiDi. */
export function launchFirefox(): Promise<Browser> {
  return launch({
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    executablePath: findProgram('firefox'),
    headless: true,
    timeout: 60_000,
    // The tests have time limits of their own.
    protocolTimeout: 0,
  });
}
