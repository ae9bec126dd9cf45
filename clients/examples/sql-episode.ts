// A question to a database. Start a server (`npm start`), then: npx tsx clients/examples/sql-episode.ts [address]
import assert from 'node:assert/strict';
import { StepwellClient } from 'stepwell/client';

const url = process.argv[2] ?? 'ws://127.0.0.1:8765';
await using client = await StepwellClient.connect(url, { token: process.env.STEPWELL_TOKEN });

// `schema` adds the tables and their columns to the instruction.
await using episode = await client.reset({
  environment: 'sql-v1',
  task: 'library-irish-authors',
  schema: true,
});
console.log(`task ${episode.task.id}: ${episode.observation.output}`);
assert.match(episode.observation.output, /author/);

// Rows come as values beside the text.
const counted = await episode.step('SELECT COUNT(*) AS authors FROM author');
console.log(counted.observation.output);
assert.deepEqual(counted.observation.columns, ['authors']);
assert.equal(counted.observation.row_count, 1);

// What the database refuses is something to observe, not an error.
const refused = await episode.step('SELECT nothing FROM nowhere');
assert.equal(refused.observation.exit_code, 1);
assert.equal(refused.failure, null);
console.log(refused.observation.output);

// The last rows are the answer; they are compared with those of the task's gold query.
await episode.step("SELECT name, born FROM author WHERE country = 'Ireland' ORDER BY born");
const { reward, info } = await episode.submit();
console.log('reward', reward, info.reward_components);
assert.equal(reward, 1);
