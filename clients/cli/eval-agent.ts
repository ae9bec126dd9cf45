import { type Agent, AgentError } from '../eval/agent.ts';
import { chatAgent } from '../eval/chat-agent.ts';
import { commandAgent } from '../eval/command-agent.ts';
import { readAttempts } from '../eval/recorded-attempts.ts';
import { NOOP, replayAgent, scriptedAgent } from '../eval/scripted-agents.ts';
import { readStrategy } from '../eval/strategy.ts';
import { CommandError } from './command-error.ts';
import { datasetPlaces } from './dataset-places.ts';
import type { Terminal } from './terminal.ts';

/** Flags that choose an agent. */
export interface AgentFlags {
  readonly agent?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly strategy?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly agentTimeoutMs?: number;
  readonly samples?: number;
}

const REPLAY = 'replay:';
const LANGUAGES = { bash: 'Bash', python: 'Python' } as const;

/** @throws {CommandError} no agent is named, or it lacks something */
export async function agentOf(terminal: Terminal, flags: AgentFlags, environment: string): Promise<Agent> {
  const { agent, agentTimeoutMs = 120_000, model } = flags;
  if ((agent === undefined) === (model === undefined)) {
    throw new CommandError('--agent: name one (gold, noop, replay:<file> or a command), or a --model');
  }
  try {
    if (model !== undefined) return await modelOf(terminal, flags, environment, model);
    if (agent === 'noop') return NOOP;
    if (agent === 'gold') return await goldAgent(terminal, environment);
    if (agent?.startsWith(REPLAY)) return replayAgent(await readAttempts(agent.slice(REPLAY.length)));
  } catch (error) {
    if (error instanceof AgentError || !(error instanceof Error)) throw error;
    throw error instanceof CommandError ? error : new CommandError(error.message);
  }
  return commandAgent({ command: agent ?? '', errors: terminal.errors, timeoutMs: agentTimeoutMs });
}

async function modelOf(
  { env }: Terminal,
  flags: AgentFlags,
  environment: string,
  model: string,
): Promise<Agent> {
  const baseUrl = flags.baseUrl ?? env.OPENAI_BASE_URL;
  if (baseUrl === undefined || !URL.canParse(baseUrl)) {
    throw new CommandError(
      '--base-url: name an OpenAI-compatible endpoint, or set OPENAI_BASE_URL, e.g. http://127.0.0.1:8000/v1',
    );
  }
  const {
    samples = 1,
    temperature = samples > 1 ? 0.7 : 0,
    maxTokens = 1024,
    agentTimeoutMs = 120_000,
  } = flags;
  return chatAgent({
    ...{ model, baseUrl, temperature, maxTokens },
    apiKey: env.OPENAI_API_KEY,
    strategy: await readStrategy(flags.strategy ?? 'try-again'),
    language: environment.startsWith('sql')
      ? 'SQL'
      : environment.startsWith('python')
        ? LANGUAGES.python
        : LANGUAGES.bash,
    timeoutMs: agentTimeoutMs,
  });
}

/** The golds of this machine's datasets: no server tells them to a client that plays. */
async function goldAgent(terminal: Terminal, environment: string): Promise<Agent> {
  const [{ loadGolds }, { home, added, definitions }] = await Promise.all([
    import('../../environments/golds.ts'),
    datasetPlaces(terminal),
  ]);
  const all = (await loadGolds(home, added, definitions)).filter((one) => one.environment === environment);
  return scriptedAgent('gold', ({ task }) => {
    const gold = all.find(({ dataset }) => dataset === task.dataset)?.golds[task.index];
    if (gold === undefined || gold.id !== task.id || gold.code === '') return undefined;
    return [gold.as === 'answer' ? { submit: true, answer: gold.code } : { code: gold.code }];
  });
}
