// 128 episodes, 32 at a time over one socket. Start a server (`npm start`), then:
// npx tsx clients/examples/many-episodes.ts [address] [episodes]
import assert from 'node:assert/strict';
import { StepwellClient } from 'stepwell/client';

const [url = 'ws://127.0.0.1:8765', count = '128'] = process.argv.slice(2);
const episodes = Number(count);
const AT_ONCE = 32;

await using client = await StepwellClient.connect(url, { token: process.env.STEPWELL_TOKEN });
const rewards = new Map<number, number>();
let next = 0;

/** Stands for an agent: what it does here is look around and submit. */
async function play(seed: number): Promise<void> {
  await using episode = await client.reset({ environment: 'bash-v1', seed });
  const step = await episode.step(`echo "episode ${seed}"`);
  assert.equal(step.observation.output, `episode ${seed}\n`, 'an answer went to the wrong episode');
  const end = await episode.submit();
  // A fault of the infrastructure is no reward of 0: it has to be left out of the training, and may be tried again.
  if (end.failure) throw new Error(`episode ${seed}: ${end.failure.message}`);
  assert.ok(end.reward !== null && end.terminated);
  rewards.set(seed, end.reward);
}

async function playInTurn(): Promise<void> {
  while (next < episodes) await play(next++);
}

const begun = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, playInTurn));
const seconds = (performance.now() - begun) / 1000;

assert.equal(rewards.size, episodes);
const mean = [...rewards.values()].reduce((sum, reward) => sum + reward, 0) / episodes;
console.log(`${episodes} episodes in ${seconds.toFixed(1)} s, mean reward ${mean.toFixed(3)}`);
