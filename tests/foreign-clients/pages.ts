import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import type { EventInput } from '@eventwire/server-node';
import type { Page } from 'playwright-core';
import { append as datastarAppend, steps as datastarSteps } from '../recipes/datastar';
import { steps as htmxSteps } from '../recipes/htmx';
import { steps as turboSteps } from '../recipes/turbo';
import { bundle } from '../support/bundle';

/** A library that shows an event stream, with the page and the handler of its recipe. */
export interface PageLibrary {
  /** The page, which follows `/steps`. */
  readonly html: string;
  /** The files of its packages behind the names that the page has for them. */
  readonly scripts: Record<string, string | Promise<string>>;
  readonly steps: RequestListener;
  /** The event that appends this HTML to the list of the page. */
  append(html: string): EventInput;
  /** An expression of the page: true once the library has stopped following. */
  readonly stopped: string;
}

const fileOf = (packageName: string, file: string): string =>
  readFileSync(new URL(`../node_modules/${packageName}/${file}`, import.meta.url), 'utf8');

function htmlOf(recipe: string, index: number): string {
  const text = readFileSync(new URL(`../../docs/recipes/${recipe}`, import.meta.url), 'utf8');
  const html = [...text.matchAll(/^```html\n(.*?)^```$/gms)][index]?.[1];
  if (html === undefined) throw new Error(`${recipe} has no such page`);
  return html;
}

/** The names of the beta that npm has. */
const BETA = { type: 'datastar-merge-fragments', mode: 'mergeMode', html: 'fragments' };
const heard = (event: string) => `globalThis.heard.includes('${event}')`;

export const libraries: Record<string, PageLibrary> = {
  'htmx 2': {
    html: htmlOf('htmx.md', 0),
    scripts: { 'htmx.js': fileOf('htmx2', 'dist/htmx.js'), 'sse.js': fileOf('htmx-ext-sse', 'sse.js') },
    steps: htmxSteps,
    append: (html) => html,
    stopped: heard('htmx:sseClose'),
  },
  'htmx 4': {
    html: htmlOf('htmx.md', 1),
    scripts: {
      'htmx.js': fileOf('htmx4', 'dist/htmx.js'),
      'hx-sse.js': fileOf('htmx4', 'dist/ext/hx-sse.js'),
    },
    steps: htmxSteps,
    append: (html) => html,
    stopped: heard('htmx:sse:close'),
  },
  Turbo: {
    html: htmlOf('turbo.md', 0),
    scripts: { 'turbo.js': fileOf('@hotwired/turbo', 'dist/turbo.es2017-esm.js') },
    steps: turboSteps,
    append: (html) =>
      `<turbo-stream action="append" target="steps"><template>${html}</template></turbo-stream>`,
    stopped: "document.querySelector('turbo-stream-source').streamSource.readyState === 2",
  },
  Datastar: {
    html: htmlOf('datastar.md', 0).replace('data-init', 'data-on-load'),
    scripts: { 'datastar.js': bundle(`import '@starfederation/datastar/bundles/datastar';`) },
    steps: datastarSteps(BETA),
    append: (html) => datastarAppend('#steps', html, BETA),
    stopped: heard('datastar-sse finished'),
  },
};

/** Opens the library's page at the origin of a stream's URL, following that stream. */
export async function openLibraryPage(page: Page, library: PageLibrary, stream: string): Promise<void> {
  const { origin, pathname } = new URL(stream);
  const listening = `<script>
    globalThis.heard = [];
    for (const type of ['htmx:sseClose', 'htmx:sse:close', 'datastar-sse'])
      document.addEventListener(type, ({ detail }) => heard.push(type, type + ' ' + detail?.type));
  </script>`;
  const html = library.html.replaceAll('/steps', pathname);
  const body = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>${listening}${html}`;
  await page.route(`${origin}/page`, (route) => route.fulfill({ contentType: 'text/html', body }));
  for (const [name, script] of Object.entries(library.scripts))
    await page.route(`${origin}/${name}`, async (route) =>
      route.fulfill({ contentType: 'text/javascript', body: await script }),
    );
  await page.goto(`${origin}/page`);
}

export const shownItems = (page: Page): Promise<string[]> =>
  page.locator('ul').first().locator('li').allTextContents();
