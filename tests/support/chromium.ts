import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { findProgram } from './program';

/** Debian's Chromium without a window and without its own calls to the network. */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    ...options,
    executablePath: findProgram('chromium'),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });
}
