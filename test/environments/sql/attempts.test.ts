import { expect, it } from 'vitest';
import { attemptsDocument } from './attempts.ts';

it('the list of attempts says what the tests try', async () => {
  await expect(attemptsDocument()).toMatchFileSnapshot('./README.md');
});
