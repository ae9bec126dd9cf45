import { actionText, type Recording } from './recording.ts';

/** A message of a conversation between the environment (`user`) and the agent (`assistant`). */
export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** An episode as a conversation: instruction, action, output, action, … It ends with the last action. */
export function conversation({ reset, steps }: Recording): Message[] {
  const messages: Message[] = [{ role: 'user', content: reset.observation.output }];
  for (const [at, { action, observation }] of steps.entries()) {
    messages.push({ role: 'assistant', content: actionText(action) });
    if (at < steps.length - 1) messages.push({ role: 'user', content: observation.output });
  }
  return messages;
}

/** Facts of an episode that each line of an export has. */
export function factsOf({ summary }: Recording) {
  const { dataset, environment, episode_id, reward, seed, success, tags, task } = summary;
  return { episode_id, environment, dataset, task, seed, reward, success, tags };
}

/** How many messages two conversations have in common at their beginning; the last of them is one of the environment. */
export function commonBeginning(left: readonly Message[], right: readonly Message[]): number {
  let count = 0;
  while (
    count < Math.min(left.length, right.length) &&
    left[count]?.role === right[count]?.role &&
    left[count]?.content === right[count]?.content
  ) {
    count += 1;
  }
  while (count > 0 && left[count - 1]?.role !== 'user') count -= 1;
  return count;
}
