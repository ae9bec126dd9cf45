import {
  defineEnvironment,
  observedRun,
  outputText,
  readTasks,
  SESSION_FIELDS,
  z,
} from 'stepwell/environment';

/** One task, as a line of `tasks.jsonl`. */
const Task = z.strictObject({
  id: z.string().min(1),
  /** The text that the agent gets first. */
  instruction: z.string().min(1),
  /** Texts of files by absolute path, there before the agent comes. */
  files: z.record(z.string().startsWith('/'), z.string()),
  /** What the agent must print last, or submit. */
  expected: z.string().min(1),
  /** A command that solves it. */
  gold: z.string().min(1),
  /** Plausible but wrong commands, for `stepwell check`. */
  wrong: z.array(z.string()).optional(),
});

export default defineEnvironment({
  id: 'mine-v1',
  description: 'Questions about files, answered in a shell.',
  readme: new URL('./README.md', import.meta.url),
  image: 'bash',
  options: {
    ignore_case: z.boolean().optional().describe('Compare answers without regard to case. Default: false.'),
  },
  observation: SESSION_FIELDS,
  record: Task,
  tasks: readTasks(Task, new URL('./tasks.jsonl', import.meta.url)),
  goldOf: ({ gold }) => gold,

  async begin({ record, options, sandbox }) {
    const files = Object.entries(record.files).map(([path, content]) => ({
      path,
      content,
      type: 'file' as const,
    }));
    await sandbox.putFiles(files);
    const normal = (text: string): string => (options.ignore_case ? text.toLowerCase() : text).trim();
    let printed = '';
    return {
      async act(request) {
        const result = await sandbox.run(request);
        printed = outputText(result).text;
        return { observation: observedRun(result) };
      },
      async grade({ answer }) {
        const success = normal(answer ?? printed) === normal(record.expected);
        const reward = success ? 1 : 0;
        return { reward, success, components: { answer: reward } };
      },
    };
  },
});
