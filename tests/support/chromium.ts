import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { find } from '../../scripts/system.mjs';

/** Debian's Chromium without a window and without its own calls to the network. */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = find('chromium');
  if (executablePath === undefined)
    throw new Error('Chromium was not found: `npm test` installs it, or says how.');
  return chromium.launch({
    ...options,
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });
}
