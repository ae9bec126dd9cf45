import type { ExplainedPath, Explanation } from '../../protocol/explanation.ts';
import { comparedAnswers } from '../explanation/answers.ts';
import {
  type IntercodeEvidence,
  type IntercodeReward,
  outputSimilarity,
  statusPairs,
  WEIGHT,
} from './intercode-reward.ts';

/** Why a Bash reward of InterCode is what it is. */
export function explainedIntercode(
  agent: IntercodeEvidence,
  gold: IntercodeEvidence,
  { components, readable, success }: IntercodeReward,
): Explanation {
  const paths = differingPaths(agent, gold);
  const count = (one: ExplainedPath['difference']): number =>
    paths.filter(({ difference }) => difference === one).length;
  const similarity = outputSimilarity(agent.output ?? '', gold.output);
  return {
    kind: 'files',
    components: [
      {
        name: 'base',
        value: 0.01,
        weight: 0.01,
        made_of: 'InterCode gives this for every submit.',
      },
      {
        name: 'file_diff',
        value: components.file_diff,
        weight: WEIGHT,
        made_of: `0.33·(1 − erf(n)) with n = ${count('missing') + count('added')} paths of git's status that only one side has.`,
      },
      {
        name: 'file_changes',
        value: components.file_changes,
        weight: WEIGHT,
        made_of: `0.33 times the share of new paths of both sides with equal contents; ${count('content')} differ.`,
      },
      {
        name: 'answer_similarity',
        value: components.answer_similarity,
        weight: WEIGHT,
        made_of: `0.33 times the cosine of the TF-IDF vectors of both outputs, ${similarity.toFixed(3)}.`,
      },
    ],
    notes: [
      ...(readable ? [] : ["The status of the agent's files cannot be read: they count as different."]),
      ...(gold.output === null ? ['InterCode cannot run the gold command: it has no output.'] : []),
      ...(success ? ['Everything agrees with the gold.'] : []),
    ],
    paths,
    answer: comparedAnswers(gold.output ?? '', agent.output ?? ''),
  };
}

/** Paths of git's status that differ. */
function differingPaths(agent: IntercodeEvidence, gold: IntercodeEvidence): ExplainedPath[] {
  const pairsOf = ({ status }: IntercodeEvidence) =>
    new Map(
      (status === null ? [] : (statusPairs(status) ?? [])).map((pair) => [
        `${pair.status} ${pair.path}`,
        pair,
      ]),
    );
  const [ours, theirs] = [pairsOf(agent), pairsOf(gold)];
  const found: ExplainedPath[] = [];
  for (const [key, { path, status }] of theirs) {
    if (!ours.has(key)) found.push({ path, difference: 'missing', note: `only the gold has "${status}"` });
    else if (gold.checksums.has(path) && agent.checksums.get(path) !== gold.checksums.get(path))
      found.push({ path, difference: 'content' });
  }
  for (const [key, { path, status }] of ours) {
    if (!theirs.has(key)) found.push({ path, difference: 'added', note: `only the agent has "${status}"` });
  }
  return found;
}
