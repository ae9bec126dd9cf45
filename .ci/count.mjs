// Prints what failed in vitest's JSON reports, then their true counts as one plain line; a report or a test file that
// could not be loaded counts as failed.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const MESSAGE_LINES = 40;

const told = (title, message = '') =>
  console.log(`FAILED ${title}\n${message.split('\n').slice(0, MESSAGE_LINES).join('\n')}`);

let [passed, failed, skipped] = [0, 0, 0];
for (const path of process.argv.slice(2)) {
  if (!existsSync(path)) {
    told(path, 'was not written: that run did not end');
    failed += 1;
    continue;
  }
  const run = basename(path, '.json');
  const report = JSON.parse(readFileSync(path, 'utf8'));
  for (const file of report.testResults) {
    const where = `${run}: ${file.name.replace(/^.*?\/(?=test\/)/, '')}`;
    const failures = file.assertionResults.filter((test) => test.status === 'failed');
    for (const { fullName, failureMessages } of failures) told(`${where} > ${fullName}`, failureMessages[0]);
    if (file.status === 'failed' && failures.length === 0) {
      told(where, file.message);
      failed += 1;
    }
  }
  if (report.numPassedTests === 0) {
    told(run, 'no test passed');
    failed += 1;
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
