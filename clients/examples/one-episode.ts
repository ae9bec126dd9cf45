// One episode, step by step. Start a server (`npm start`), then: npx tsx clients/examples/one-episode.ts [address]
import assert from 'node:assert/strict';
import { StepwellClient } from 'stepwell/client';

const url = process.argv[2] ?? 'ws://127.0.0.1:8765';
await using client = await StepwellClient.connect(url, { token: process.env.STEPWELL_TOKEN });

// The same seed chooses the same task on every machine.
await using episode = await client.reset({ environment: 'bash-v1', seed: 7 });
console.log(`task ${episode.task.id}: ${episode.observation.output}`);

// One shell lives as long as the episode.
await episode.step('cd /tmp && greeting=hello');
const { observation, reward } = await episode.step('echo "$greeting from $PWD"');
console.log(observation.output);
assert.equal(observation.output, 'hello from /tmp\n');
assert.equal(reward, null, 'a step is not graded unless asked for');

// A non-zero exit status is something to observe, not an error.
const failed = await episode.step('ls /nowhere');
assert.notEqual(failed.observation.exit_code, 0);
assert.equal(failed.failure, null);

// Grade the present state and go on, then end the episode.
const { info } = await episode.evaluate();
console.log('so far', info.reward_components);
const end = await episode.submit();
console.log('reward', end.reward, end.info.reward_components);
assert.equal(end.terminated, true);
assert.equal(typeof end.reward, 'number');
