// A function to write, graded by hidden tests. Start a server (`npm start`), then:
// npx tsx clients/examples/python-episode.ts [address]
import assert from 'node:assert/strict';
import { StepwellClient } from 'stepwell/client';

const url = process.argv[2] ?? 'ws://127.0.0.1:8765';
await using client = await StepwellClient.connect(url, { token: process.env.STEPWELL_TOKEN });

await using episode = await client.reset({ environment: 'python-v1', task: 'dates-overlap-days' });
console.log(`task ${episode.task.id}: ${episode.observation.output}`);

// One interpreter lives as long as the episode; the value of a last expression is shown.
await episode.step('from datetime import date\nstart = date(2024, 2, 28)');
const { observation } = await episode.step('(date(2024, 3, 1) - start).days');
console.log(observation.output);
assert.equal(observation.output, '2\n');

// An exception is something to observe: its traceback has the agent's lines.
const failed = await episode.step('start.nothing');
assert.equal(failed.observation.exit_code, 1);
assert.match(failed.observation.output, /AttributeError/);

// What the episode has defined is graded, by hidden tests in an interpreter of its own.
await episode.step('def overlap_days(first, second):\n    return 0');
const early = await episode.evaluate();
console.log('so far', early.reward);
assert.ok(early.reward !== null && early.reward < 1);

await episode.step(`
def overlap_days(first, second):
    starts, ends = zip(*[map(date.fromisoformat, stay) for stay in (first, second)])
    return max((min(ends) - max(starts)).days + 1, 0)
`);
const end = await episode.submit();
console.log('reward', end.reward, end.info.reward_components);
assert.equal(end.reward, 1);
