import { z } from 'zod';
import { type Agent, AgentError, NO_USAGE, sumUsage, type Usage } from './agent.ts';
import { actionIn, filled, type Strategy } from './strategy.ts';

export interface ChatAgentOptions {
  readonly model: string;
  /** Base URL of an OpenAI-compatible endpoint, e.g. `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  /** @default none is sent */
  readonly apiKey: string | undefined;
  readonly strategy: Strategy;
  /** What the model writes, for the prompts: Bash, SQL or Python. */
  readonly language: string;
  readonly temperature: number;
  readonly maxTokens: number;
  /** Deadline of one request, in milliseconds. */
  readonly timeoutMs: number;
}

interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

const Completion = z.looseObject({
  choices: z.array(z.looseObject({ message: z.looseObject({ content: z.string().nullable() }) })).min(1),
  usage: z.looseObject({ prompt_tokens: z.number().min(0), completion_tokens: z.number().min(0) }).nullish(),
});

/** A model behind an OpenAI-compatible endpoint, asked by a strategy. */
export function chatAgent(options: ChatAgentOptions): Agent {
  const { language, model, strategy } = options;
  return {
    name: `${model} (${strategy.name})`,
    maxTurns: strategy.turns,
    async begin({ observation: first, sample }) {
      const instruction = first.output;
      const messages: ChatMessage[] = [{ role: 'system', content: filled(strategy.system, { language }) }];
      const ask = async (prompt: string): Promise<{ answer: string; usage: Usage }> => {
        messages.push({ role: 'user', content: prompt });
        const { answer, usage } = await complete(options, messages, sample);
        messages.push({ role: 'assistant', content: answer });
        return { answer, usage };
      };
      return {
        async next(feedback) {
          const texts = { instruction, language };
          let usage = NO_USAGE;
          if (feedback === null && strategy.plan !== null) {
            usage = (await ask(filled(strategy.plan, texts))).usage;
          }
          const prompt =
            feedback === null
              ? filled(strategy.instruction, texts)
              : filled(strategy.observation, {
                  ...texts,
                  output: feedback.observation.output,
                  reward: feedback.reward === null ? '' : `Reward: ${feedback.reward}`,
                });
          const asked = await ask(prompt);
          return { action: actionIn(asked.answer), usage: sumUsage(usage, asked.usage) };
        },
        async end() {},
      };
    },
  };
}

async function complete(
  { apiKey, baseUrl, maxTokens, model, temperature, timeoutMs }: ChatAgentOptions,
  messages: readonly ChatMessage[],
  seed: number,
): Promise<{ answer: string; usage: Usage }> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ model, messages, temperature, max_tokens: maxTokens, seed }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AgentError(`the endpoint does not answer: ${reason}`, true);
  });
  const text = await response.text();
  if (!response.ok) {
    const retryable = response.status === 429 || response.status >= 500;
    throw new AgentError(
      `the endpoint answers with status ${response.status}: ${text.slice(0, 300)}`,
      retryable,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AgentError('the endpoint did not answer with JSON', false);
  }
  const completion = Completion.safeParse(json);
  const content = completion.data?.choices[0]?.message.content;
  if (content === undefined || content === null) throw new AgentError('the endpoint gave no message', false);
  const { prompt_tokens = 0, completion_tokens = 0 } = completion.data?.usage ?? {};
  return { answer: content, usage: { prompt_tokens, completion_tokens } };
}
