// Runs beside the sandbox's shell: for each line on `in` it runs the file `code`, and tells on `out` whether it threw.
const { createReadStream, openSync, readFileSync, writeSync } = require('node:fs');
const { inspect } = require('node:util');
const { runInThisContext } = require('node:vm');
const [folder] = process.argv.slice(2);
globalThis.require = require;
/** @returns 0, or 1 where the code threw */
async function run() {
  try {
    const value = await runInThisContext(readFileSync(`${folder}/code`, 'utf8'), 'repl');
    if (value !== undefined) console.log(inspect(value));
    return 0;
  } catch (error) {
    console.log(`Uncaught ${error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)}`);
    return 1;
  }
}
const out = openSync(`${folder}/out`, 'w');
createReadStream(`${folder}/in`).on('data', async () => writeSync(out, `${await run()}\n`));
