import { beforeAll, expect, test } from 'vitest';
import { pageFiles } from '../../../clients/cli/page-files.ts';
import type { PageFiles } from '../../../server/page/routes.ts';
import { FakeEnvironment } from '../../server/fake-environment.ts';
import { startTestServer, Wire } from '../../server/test-server.ts';
import { seriousIssues } from './accessibility.ts';
import type { TestBrowser } from './browser.ts';

/** The login, the keys and the view of live episodes, on servers of a fake environment. */
export function liveCases(browserOf: () => TestBrowser): void {
  let browser: TestBrowser;
  let files: PageFiles;

  beforeAll(async () => {
    browser = browserOf();
    files = await pageFiles();
  });

  const serve = (environments = [new FakeEnvironment()], settings = {}) =>
    startTestServer(environments, settings, { page: async () => files });

  test('asks for the token, keeps it in memory only, and forgets it when it is loaded again', async () => {
    const server = await serve(undefined, { token: 'a-secret' });
    const { faults, page } = await browser.open(`${server.url}/`);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('does not accept this token').waitFor();
    await page.getByLabel('Token').fill('a-secret');
    await page.keyboard.press('Enter');
    await page.getByText('connected').waitFor();
    expect(
      await page.evaluate(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])',
      ),
    ).not.toContain('secret');
    await page.reload();
    await page.getByLabel('Token').waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
    await server.close();
  });

  test('shows live episodes, how they go on, and what has just ended', async () => {
    const server = await serve();
    const { faults, page } = await browser.open(`${server.url}/`);
    await page.getByText('No episode is open').waitFor();
    const wire = await Wire.connect(`${server.url}/v1`);
    const first = await wire.reset({ task: 'task-1' });
    await wire.reset({ task: 'task-2' });
    const tile = page.locator('.tile', { hasText: 'task-1' });
    await tile.waitFor();
    await wire.result('episode/step', { episode_id: first, action: 'echo a' });
    await tile.getByText('step 1').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('task-2');
    await tile.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await wire.result('episode/step', { episode_id: first, action: 'echo gold' });
    await wire.result('episode/step', { episode_id: first, action: 'submit' });
    const ended = page.locator('.row', { hasText: 'task-1' });
    expect(await ended.innerText()).toMatch(/^1\n.*3 steps/s);
    expect(await seriousIssues(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
    await server.close();
  });

  test('is worked by keys: items, views, and a list of the keys', async () => {
    const server = await serve();
    const wire = await Wire.connect(`${server.url}/v1`);
    for (const task of [0, 1, 2]) await wire.reset({ task });
    const { page } = await browser.open(`${server.url}/`, 390);
    await page.locator('.tile').nth(2).waitFor();
    for (const key of ['j', 'j', 'k']) await page.keyboard.press(key);
    expect(await page.evaluate('document.activeElement.innerText')).toContain('task-0');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').innerText()).toContain('next and previous item');
    await page.keyboard.press('Escape');
    await page.keyboard.press('t');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.close();
    await server.close();
  });

  test('shows a thousand live episodes, and makes none anew when one changes', async () => {
    const fake = new FakeEnvironment();
    const server = await serve([fake]);
    const wire = await Wire.connect(`${server.url}/v1`);
    await wire.result('episode/reset_many', { environment: 'fake-v1', task: 0, count: 1_000 });
    const { page } = await browser.open(`${server.url}/`);
    await page.locator('.tile').nth(999).waitFor();
    const ids = await page
      .locator('.tile')
      .evaluateAll((tiles) => tiles.slice(0, 3).map((tile) => tile.getAttribute('href')));
    const changed = String(ids[0]).split('/').at(-1);
    await page.evaluate("for (const tile of document.querySelectorAll('.tile')) tile.dataset.kept = '1'");
    await wire.result('episode/step', { episode_id: changed, action: 'echo a' });
    await page.locator('.tile').first().getByText('step 1').waitFor();
    expect(await page.locator('.tile[data-kept]').count()).toBe(1_000);
    await page.close();
    await server.close();
  });
}
