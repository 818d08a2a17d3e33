import { describe, expect, it } from 'vitest';
import { type BrowserName, openPage } from '../support/browser-page';
import { serve } from '../support/listen';
import { runSeed } from '../support/random';
import { expectResumed, type Following, followCutChannel } from './cut-channel';
import { curl, eventsource, eventsourceClient, inPage, type Reader, undici, urllib } from './event-sources';

function expectAll(following: Following) {
  expect(following.read).toEqual(following.published);
  expectResumed(following);
}

describe(`foreign clients lose and double nothing over cut connections (seed ${runSeed})`, () => {
  it.each<[string, Reader]>([
    ['curl', curl],
    ["Python's urllib", urllib],
    ['eventsource', eventsource],
    ['eventsource-client', eventsourceClient],
    ["undici's EventSource", undici],
  ])('%s', async (_, read) => expectAll(await followCutChannel(read)));

  it.each<BrowserName>(['chromium', 'firefox'])("%s's own EventSource", async (name) => {
    // Of another origin than the stream.
    await using blank = await serve((_, response) => void response.end('<!doctype html>'));
    await using page = await openPage(name, blank.url);
    expectAll(await followCutChannel(async (url) => JSON.parse(await page.evaluate(inPage(url)))));
  });
});
