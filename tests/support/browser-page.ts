import { launchChromium } from './chromium';
import { launchFirefox } from './firefox';

export const browserNames = ['chromium', 'firefox'] as const;
export type BrowserName = (typeof browserNames)[number];

/** A page in a browser of its own: as much of one as can be asked of every browser alike. */
export interface BrowserPage extends AsyncDisposable {
  /** As the browser says it, for instance `153.7.0`. */
  readonly version: string;
  /** What the expression, or the promise that it is, gives in the page: a string, so that no driver's own encoding of values matters. */
  evaluate(expression: string): Promise<string>;
}

/** Starts the browser and opens this address. */
export async function openPage(name: BrowserName, url: string): Promise<BrowserPage> {
  const { browser, version, page, evaluate } = await (name === 'chromium' ? startChromium() : startFirefox());
  const close = async () => void (await browser.close());
  try {
    await page.goto(url);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    version,
    evaluate: async (expression) => String(await evaluate(expression)),
    [Symbol.asyncDispose]: close,
  };
}

async function startChromium() {
  const browser = await launchChromium();
  const page = await browser.newPage();
  const evaluate = (expression: string): Promise<unknown> => page.evaluate(expression);
  return { browser, version: browser.version(), page, evaluate };
}

async function startFirefox() {
  const browser = await launchFirefox();
  const version = (await browser.version()).replace(/^firefox\//i, '');
  const page = await browser.newPage();
  const evaluate = (expression: string): Promise<unknown> => page.evaluate(expression);
  return { browser, version, page, evaluate };
}
