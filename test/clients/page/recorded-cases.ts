import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StepwellClient } from '../../../clients/typescript/client.ts';
import { Wire } from '../../server/test-server.ts';
import { type RealServer, startLocalServer } from '../real-server.ts';
import { seriousIssues } from './accessibility.ts';
import type { TestBrowser } from './browser.ts';

/** Prints HTML, sequences that a terminal would act on or answer, and a mark of the wrong direction. */
const HOSTILE = String.raw`printf '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>\033]0;x\007\033[6n\033[2J\342\200\256\033[31mred\033[0m\n'`;

/** Playing, and all that is shown of recorded episodes, on a server with real sandboxes. */
export function recordedCases(browserOf: () => TestBrowser): void {
  let browser: TestBrowser;
  let server: RealServer;
  let wire: Wire;
  let gold: string;

  beforeAll(async () => {
    browser = browserOf();
    server = await startLocalServer({ pool_max: 6 });
    wire = await Wire.connect(`${server.url}/v1`);
    const { gold: solution } = await wire.result('tasks/read', { environment: 'bash-v1', task: 0 });
    gold = String(solution);
  });
  afterAll(async () => {
    wire?.socket.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** An episode of task 0 that somebody has played. */
  async function played(...actions: string[]): Promise<string> {
    await using client = await StepwellClient.connect(server.url.replace('http', 'ws'));
    const episode = await client.reset({ environment: 'bash-v1', task: 0, tags: ['played'] });
    for (const action of actions) await episode.step(action);
    return episode.id;
  }

  /** Paste an action into the terminal, and run it. */
  async function run(page: Page, text: string): Promise<void> {
    const input = page.locator('.play-terminal textarea');
    await input.focus();
    await page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(text)});
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement.dispatchEvent(paste);
    }`);
    await page.keyboard.press('Enter');
  }

  test('plays a task to reward 1, in its terminal', async () => {
    const { faults, page } = await browser.open(`${server.url}/#/play?environment=bash-v1&task=0`);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('.play-terminal textarea').waitFor();
    await run(page, gold);
    await page.getByText('Steps (1)').waitFor();
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.locator('[role=status]', { hasText: 'Reward 1.' }).waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('finds a bad episode, says why, goes on from its second step, and shows both branches', async () => {
    const bad = await played('echo one', 'echo two > /tmp/two', 'echo wrong', 'submit');
    const { faults, page } = await browser.open(`${server.url}/#/episodes`);
    await page.getByLabel('Reward', { exact: true }).fill('<1');
    await page.keyboard.press('Enter');
    await page.getByLabel('Tag', { exact: true }).fill('played');
    await page.keyboard.press('Enter');
    const row = page.locator('.row', { hasText: '4 steps' });
    await row.click();
    await page.getByRole('heading', { name: /^Why 0/ }).waitFor();
    expect(page.url()).toContain(`${bad}.jsonl`);
    expect(await page.locator('#step-3').innerText()).toContain('echo wrong');
    expect(await seriousIssues(page)).toEqual([]);
    await page.locator('#step-2').getByText('Which files did it change?').click();
    await page.locator('#step-2 .paths').getByText('/tmp/two').waitFor();
    await page.locator('#step-3').getByText('Fork before').click();
    const other = page.locator('.branch', { hasText: '2 steps in common' });
    await other.getByText('echo wrong').waitFor();
    await page.locator('.play-terminal textarea').waitFor();
    await run(page, gold);
    await page.getByText('Steps since the fork (1)').waitFor();
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.locator('[role=status]', { hasText: 'Reward 1.' }).waitFor();
    expect(await other.locator('.turn').count()).toBe(2);
    expect(await seriousIssues(page)).toEqual([]);
    await page.goto(`${server.url}/#/episodes?tag=played`);
    await page.getByLabel('Format of the export').selectOption('dpo');
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export these' }).click();
    const [pair, ...others] = (await readFile(await (await saving).path(), 'utf8')).trim().split('\n');
    expect(others).toEqual([]);
    const { chosen, rejected } = JSON.parse(pair ?? '');
    expect(JSON.stringify(chosen)).toContain(JSON.stringify(gold).slice(1, -1));
    expect(JSON.stringify(rejected)).toContain('echo wrong');
    const { trajectories } = await wire.result('trajectories/list', { tag: 'played', success: true });
    expect(trajectories).toMatchObject([{ fork_of: { episode_id: bad, step: 2 }, reward: 1, steps: 4 }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('shows an episode while it is played', async () => {
    const episode_id = await wire
      .result('episode/reset', { environment: 'bash-v1', task: 1 })
      .then((made) => made.episode_id);
    const { page } = await browser.open(`${server.url}/#/episode/${episode_id}`);
    await page.getByText('No step has been made yet').waitFor();
    await wire.result('episode/step', { episode_id, action: 'echo now' });
    await page.locator('#step-1').getByText('echo now').waitFor();
    await wire.result('episode/step', { episode_id, action: 'submit' });
    await page.getByRole('heading', { name: /^Why / }).waitFor();
    await page.close();
  });

  test('shows hostile output as text, in an episode and in a terminal, and megabytes in part', async () => {
    const id = await played(HOSTILE, 'yes | head -c 60000', 'true');
    const { faults, page } = await browser.open(`${server.url}/#/episode/${id}`);
    const output = page.locator('#step-1 .output');
    expect(await output.innerText()).toContain('<img src=x onerror="window.harmed=1"><script>');
    expect(await output.innerText()).toContain('^[]0;x^G^[[6n^[[2J⟨U+202E⟩red');
    expect(await output.locator('.ansi-red').innerText()).toBe('red');
    expect((await page.locator('#step-2 .output pre').innerText()).length).toBeLessThan(10_000);
    await page.locator('#step-2').getByText('are not shown').waitFor();
    await page.locator('#step-2').getByText('Fork before').click();
    await page.locator('.play-terminal textarea').waitFor();
    await run(page, HOSTILE);
    await page.getByText('Steps since the fork (1)').waitFor();
    await run(page, 'true');
    await page.getByText('Steps since the fork (2)').waitFor();
    // A terminal that answers `^[[6n` would have typed its answer into the next action.
    expect(await page.locator('#step-3 .code').last().innerText()).toBe('true');
    expect(await page.evaluate('[window.harmed, document.title]')).toEqual([undefined, 'Play · Stepwell']);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('says what to do about an episode that is not there', async () => {
    const { page } = await browser.open(`${server.url}/#/episode/none`);
    await page.getByText('This episode cannot be shown').waitFor();
    expect(await page.locator('main').innerText()).toContain('Look for it in Episodes');
    await page.close();
  });

  test('compares two episodes of a task, and marks where they part', async () => {
    const [a, b] = [await played('echo same', 'echo one'), await played('echo same', 'echo other', 'true')];
    const { faults, page } = await browser.open(`${server.url}/#/episode/${a}`);
    await page.locator('.actions').getByText('Compare').click();
    await page.locator(`a.row[href*="${b}"]`).click();
    await page.getByText('First difference, step 2: the actions differ').waitFor();
    await page.getByText('1 equal step').waitFor();
    await page.getByText('No such step.').waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('shows the tasks of a dataset with their golds and pass rates, and runs by their tags', async () => {
    const { faults, page } = await browser.open(`${server.url}/#/datasets/bash-v1/built-in`, 390);
    const { tasks } = await wire.result('tasks/list', { environment: 'bash-v1', limit: 1 });
    const [{ id }] = tasks as [{ id: string }];
    await page.locator('.tasks .row', { hasText: id }).first().click();
    const detail = page.locator('article.task');
    await detail.getByText(gold.slice(0, 12)).first().waitFor();
    expect(await detail.innerText()).toMatch(/success rate/);
    expect(await seriousIssues(page)).toEqual([]);
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.locator('.runs .row', { hasText: 'played' }).waitFor();
    await page.getByText('Success rate by turn').waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(faults).toEqual([]);
    await page.close();
  });
}
