import { SandboxError } from '../../docker/errors.ts';
import type { LayerChange, LayerDiff, Sandbox } from '../../docker/sandbox.ts';
import type { ExplainedPath, Explanation } from '../../protocol/explanation.ts';
import { comparedAnswers } from '../explanation/answers.ts';
import { textDiff, textOf } from '../explanation/text-diff.ts';
import { decodeText } from '../output-text.ts';
import { type Answer, normalised } from './answer-similarity.ts';
import { isNoise, type NativeGold, type NativeReward, nativeWeights } from './native-reward.ts';

/** Contents of small files, by path. */
export type Contents = ReadonlyMap<string, Buffer>;

/** Largest file that is shown, and how many are, so that reading them takes no longer than reading the changes. */
const MOST_BYTES = 8_192;
const MOST_FILES = 8;
/** Maximum paths in an explanation. */
const MOST_PATHS = 100;

/** The contents of those of the changes that are small files. A file that cannot be read is left out. */
export async function smallContents(sandbox: Sandbox, changes: readonly LayerChange[]): Promise<Contents> {
  const small = changes.filter(
    ({ kind, type, size }) => type === 'file' && kind !== 'deleted' && size <= MOST_BYTES,
  );
  const contents = new Map<string, Buffer>();
  for (const { path } of small.slice(0, MOST_FILES)) {
    try {
      contents.set(path, await sandbox.getFile(path, MOST_BYTES));
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
    }
  }
  return contents;
}

const HOW: Readonly<Record<LayerChange['kind'], string>> = {
  added: 'adds it',
  modified: 'changes its content',
  deleted: 'deletes it',
  type_changed: 'replaces it by another kind of file',
  mode_changed: 'changes its permissions or owner',
  attributes_changed: 'changes its attributes',
};

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** How a path differs; `null` if it does not. */
function differenceOf(agent: LayerChange, gold: LayerChange): ExplainedPath | null {
  const { path } = gold;
  if (agent.kind !== gold.kind)
    return { path, difference: 'kind', note: `the gold ${HOW[gold.kind]}, the agent ${HOW[agent.kind]}` };
  if (agent.type !== gold.type)
    return { path, difference: 'kind', note: `a ${agent.type}, not a ${gold.type}` };
  if (agent.sha256 !== gold.sha256) {
    return { path, difference: gold.type === 'symlink' ? 'target' : 'content' };
  }
  if (agent.mode !== gold.mode)
    return { path, difference: 'mode', note: `${octal(agent.mode)}, not ${octal(gold.mode)}` };
  if (agent.uid !== gold.uid || agent.gid !== gold.gid) {
    const note = `${agent.uid}:${agent.gid}, not ${gold.uid}:${gold.gid}`;
    return { path, difference: 'owner', note };
  }
  const other = (['device', 'attributes', 'link'] as const).find((part) => agent[part] !== gold[part]);
  return other === undefined ? null : { path, difference: 'kind', note: `another ${other}` };
}

function comparedPaths(agent: LayerDiff, gold: NativeGold): ExplainedPath[] {
  const ours = new Map(agent.changes.map((change) => [change.path, change]));
  const theirs = new Set(gold.diff.changes.map(({ path }) => path));
  const wanted = gold.diff.changes.flatMap((change) => {
    const own = ours.get(change.path);
    if (own !== undefined) return differenceOf(own, change) ?? [];
    return { path: change.path, difference: 'missing' as const, note: `the gold ${HOW[change.kind]}` };
  });
  const extra = agent.changes
    .filter((change) => !theirs.has(change.path) && !isNoise(change))
    .map(({ path, kind }) => ({ path, difference: 'added' as const, note: `only the agent ${HOW[kind]}` }));
  return [...wanted, ...extra];
}

/** What was graded. */
export interface GradedFiles {
  readonly agent: LayerDiff;
  readonly answer: Answer;
  readonly gold: NativeGold;
  readonly graded: NativeReward;
  /** To read the agent's files from; `null` if its processes may change them. */
  readonly sandbox: Sandbox | null;
}

/** Why a native Bash reward is what it is. */
export async function explainedFiles(parts: GradedFiles): Promise<Explanation> {
  const { agent, answer, gold, graded, sandbox } = parts;
  const paths = comparedPaths(agent, gold);
  const shown = paths.slice(0, MOST_PATHS);
  const expected = normalised(gold.output.toString('utf8'));
  const given = answer === null ? '' : typeof answer === 'string' ? answer : decodeText(answer.output);
  return {
    kind: 'files',
    components: components(parts, paths, expected !== ''),
    notes: [
      ...(agent.exceeded === null
        ? []
        : [`The agent's changes exceed a bound (${agent.exceeded}): the reward is 0.`]),
      ...(expected === '' ? ['The gold prints nothing: there is no answer to compare.'] : []),
      ...(gold.diff.changes.length === 0 ? ['The gold changes no files.'] : []),
      ...(graded.success ? ['Everything agrees with the gold.'] : []),
    ],
    paths: sandbox === null ? shown : await withDiffs(shown, parts, sandbox),
    ...(expected === '' ? {} : { answer: comparedAnswers(expected, normalised(given)) }),
    ...(paths.length > shown.length ? { cut: true } : {}),
  };
}

function components(
  { gold, graded }: GradedFiles,
  paths: readonly ExplainedPath[],
  asked: boolean,
): Explanation['components'] {
  const wanted = gold.diff.changes.length;
  const count = (differences: readonly ExplainedPath['difference'][]): number =>
    paths.filter(({ difference }) => differences.includes(difference)).length;
  const [kind, state, answer] = nativeWeights(gold);
  const otherKind = paths.filter(
    ({ difference, note }) => difference === 'kind' && note?.startsWith('the gold'),
  );
  const unwanted = count(['added']);
  const { file_diff, file_changes, answer_similarity, unwanted_changes } = graded.components;
  return [
    {
      name: 'file_diff',
      value: file_diff,
      weight: kind,
      made_of: `${wanted - count(['missing']) - otherKind.length} of the ${wanted} paths that the gold changes were changed in the same way.`,
    },
    {
      name: 'file_changes',
      value: file_changes,
      weight: state,
      made_of: `${wanted - paths.length + unwanted} of the ${wanted} paths are in the same state: content, kind, permissions and owner.`,
    },
    {
      name: 'answer_similarity',
      value: answer_similarity,
      weight: answer,
      made_of: asked
        ? `The answer is ${answer === 0 ? 0 : Math.round((100 * answer_similarity) / answer)} % similar to what the gold prints.`
        : 'The gold prints nothing.',
    },
    {
      name: 'unwanted_changes',
      value: unwanted_changes,
      made_of: `The agent changed ${unwanted} paths that the gold does not change.`,
    },
  ];
}

async function withDiffs(
  paths: readonly ExplainedPath[],
  { agent, gold }: GradedFiles,
  sandbox: Sandbox,
): Promise<ExplainedPath[]> {
  const other = new Set(
    paths
      .filter(({ difference, path }) => difference === 'content' && gold.contents.has(path))
      .map(({ path }) => path),
  );
  const ours = await smallContents(
    sandbox,
    agent.changes.filter(({ path }) => other.has(path)),
  );
  return paths.map((entry) => {
    const [expected, given] = [gold.contents, ours].map((contents) => contents.get(entry.path));
    if (!other.has(entry.path) || expected === undefined || given === undefined) return entry;
    const [left, right] = [textOf(expected), textOf(given)];
    if (left === null || right === null) return { ...entry, note: 'not a text' };
    const diff = textDiff(left, right);
    return diff === undefined ? { ...entry, note: 'they differ too much to be shown' } : { ...entry, diff };
  });
}
