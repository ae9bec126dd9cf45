import { afterAll, beforeAll, describe } from 'vitest';
import { describeUnless } from '../../requirements.ts';
import { browserMissing, TestBrowser } from './browser.ts';
import { liveCases } from './live-cases.ts';
import { recordedCases } from './recorded-cases.ts';

// One file, so that one browser runs at a time.
describeUnless(await browserMissing(), 'the page', () => {
  let browser: TestBrowser | undefined;
  const browserOf = (): TestBrowser => {
    if (browser === undefined) throw new Error('no browser was started');
    return browser;
  };

  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterAll(() => browser?.close());

  describe('of a server', () => liveCases(browserOf));
  describe('with real sandboxes', () => recordedCases(browserOf));
});
