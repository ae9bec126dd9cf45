import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { localLacks } from '../../../docker/engines/local/provider.ts';
import { unlessRequired } from '../../requirements.ts';

const CHROMIUM = '/usr/bin/chromium';
/** The browser makes no connection of its own. */
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Why the page cannot be tried in a browser here, or `null`. The local engine is part of it, whatever other runs show. */
export async function browserMissing(): Promise<string | null> {
  const found = existsSync(CHROMIUM) ? await localLacks() : ['no Debian Chromium'];
  return unlessRequired('chromium', found.length === 0 ? null : found.join('; '));
}

export interface Tab {
  readonly page: Page;
  /** What the page has reported as wrong: errors, and what the security policy has blocked. */
  readonly faults: string[];
}

export class TestBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args: FLAGS }));
  }

  /** A tab of its own storage, at an address. */
  async open(address: string, width = 1_280): Promise<Tab> {
    const page = await this.#browser.newPage({ viewport: { width, height: 860 } });
    page.setDefaultTimeout(20_000);
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(address);
    return { page, faults };
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
