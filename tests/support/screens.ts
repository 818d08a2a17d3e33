import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What the examples' pages have to fit, for `it.each`. */
export const SCREENS = [
  ['a phone', 360, 'light'],
  ['a phone at night', 360, 'dark'],
  ['a desktop', 1280, 'light'],
  ['a desktop at night', 1280, 'dark'],
] as const;

/** Nothing sticks out, and the colours are those of the time of day. */
export async function expectFits(page: Page, width: number, colorScheme: 'light' | 'dark'): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(background).toBe(colorScheme === 'dark' ? 'rgb(20, 23, 28)' : 'rgb(246, 247, 249)');
}
