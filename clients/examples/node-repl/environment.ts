import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  defineEnvironment,
  observedRun,
  outputText,
  type RunRequest,
  type RunResult,
  readTasks,
  type Sandbox,
  SandboxError,
  SESSION_FIELDS,
  z,
} from 'stepwell/environment';

/** A task asks for a function; its tests are calls with their expected values. */
const NodeTask = z.strictObject({
  id: z.string().min(1),
  instruction: z.string().min(1),
  /** Name of the function. */
  entry: z.string().regex(/^[A-Za-z_$][\w$]*$/),
  gold: z.string().min(1),
  tests: z.array(z.strictObject({ args: z.array(z.json()), value: z.json() })).min(1),
  wrong: z.array(z.string()).optional(),
});

const PROGRAM = readFileSync(new URL('./repl.cjs', import.meta.url), 'utf8');
const FOLDER = '/tmp/.node-repl';
/** Exit status of a step in which the process ended. */
const ENDED = 250;
/** Starts Node.js beside the shell: file descriptor 8 leads to it, 9 back. Its output is the shell's. */
const START = `{ exec 8>&- 9<&-; kill -9 "$NODE_REPL"; } 2> /dev/null
rm -rf ${FOLDER} && mkdir ${FOLDER} && cat > ${FOLDER}/repl.cjs && mkfifo ${FOLDER}/in ${FOLDER}/out && {
  node ${FOLDER}/repl.cjs ${FOLDER} & NODE_REPL=$!
  disown
  exec 8<> ${FOLDER}/in 9< ${FOLDER}/out
}`;
const RUN = `cat > ${FOLDER}/code && echo >&8 && read -r status <&9 || status=${ENDED}; (exit "$status")`;
const LIMITS = { timeoutMs: 5_000, maxOutputBytes: 65_536 };

/** One Node.js process per episode: later actions see what earlier ones defined. */
class NodeSession {
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** @throws {SandboxError} if Node.js does not start in a pristine sandbox */
  async begin(): Promise<this> {
    const { exitCode } = await this.#start();
    if (exitCode !== 0) throw new SandboxError('runner_fault', 'Node.js did not start.');
    return this;
  }

  /** What the code printed; the exit status is 1 if it threw. A process that ended is started again. */
  async run(request: RunRequest): Promise<RunResult> {
    const result = await this.#sandbox.run({ ...request, code: RUN, stdin: request.code });
    if (!result.timedOut && !result.sessionRestarted && result.exitCode !== ENDED) return result;
    await this.#start();
    return { ...result, sessionRestarted: true };
  }

  #start(): Promise<RunResult> {
    return this.#sandbox.run({ code: START, stdin: PROGRAM, ...LIMITS });
  }
}

/** The values on the last line. The agent can print anything there, but does not know the expected values. */
function valuesIn(result: RunResult): unknown[] {
  try {
    const values: unknown = JSON.parse(outputText(result).text.trimEnd().split('\n').at(-1) ?? '');
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}

export default defineEnvironment({
  id: 'node-v1',
  description: 'JavaScript in a persistent Node.js process, graded by calling the requested function.',
  readme: new URL('./README.md', import.meta.url),
  image: {
    name: 'node-repl',
    from: process.env.NODE_REPL_IMAGE ?? 'bash',
    script: 'command -v node > /dev/null || { echo "no node in $PATH" >&2; exit 1; }',
  },
  options: {
    feedback: z.boolean().optional().describe('Show the first call that gave a wrong value. Default: false.'),
  },
  observation: {
    ...SESSION_FIELDS,
    feedback: z.string().optional().describe('The first call that gave a wrong value.'),
  },
  record: NodeTask,
  tasks: readTasks(NodeTask, new URL('./tasks.jsonl', import.meta.url)),
  prompt: { first: 'node>', more: '...', until: 'line' },
  goldOf: ({ gold }) => gold,

  async begin({ record, options, sandbox, context }) {
    const { entry, tests } = record;
    const node = await new NodeSession(sandbox).begin();
    const work: string[] = [];
    return {
      async act(request) {
        const result = await node.run(request);
        if (result.exitCode === 0) work.push(request.code);
        return { observation: observedRun(result) };
      },
      // In a fresh sandbox, with what ran without an error; the values are compared on the server.
      async grade({ answer }) {
        const { name: image } = sandbox.image;
        await using judge = await context.sandboxes.acquire({ image, purpose: 'grading' });
        const session = await new NodeSession(judge).begin();
        await session.run({ code: [...work, answer ?? ''].join('\n;\n'), ...LIMITS });
        // Each call gives a list with its value, or null where it throws.
        const calls = JSON.stringify(tests.map(({ args }) => args));
        const code = `console.log('\\n' + JSON.stringify(${calls}.map((args) => {
          try { return [${entry}(...args)] } catch { return null }
        })))`;
        const values = valuesIn(await session.run({ code, ...LIMITS }));
        const failed = tests.filter(({ value }, index) => !isDeepStrictEqual(values[index], [value]));
        const reward = (tests.length - failed.length) / tests.length;
        const first = `${entry}(...${JSON.stringify(failed[0]?.args)}) is wrong`;
        const feedback = options.feedback && failed.length > 0 ? { feedback: first } : {};
        return { reward, success: failed.length === 0, components: { tests: reward }, ...feedback };
      },
    };
  },
});
