import { type ReplayedStep, TOLERANCE } from './replay.ts';

const PARTS = ['file_diff', 'file_changes', 'answer_similarity'] as const;
type Part = (typeof PARTS)[number];

/** Steps whose reward differs from the reference's for a reason that is known. */
interface KnownDifference {
  readonly reason: string;
  /** The gold of their task. */
  readonly gold: string;
  /** Their actions. Other actions of the task have to be rewarded as in the reference. */
  readonly actions: readonly string[] | RegExp;
  /** The one part of the reward that may differ. */
  readonly part: Part;
}

/** All differences that were seen in replays of the whole reference. Many depend on the moment, so not all occur each time. */
const KNOWN: readonly KnownDifference[] = [
  {
    reason: "without a network the gold's error is another one",
    gold: 'dig -x 127.0.0.1',
    actions: [
      'host 127.0.0.1',
      'host -t ptr 127.0.0.1',
      'host -a 127.0.0.1',
      "host 127.0.0.1 | awk '{print $nf}'",
      "host 127.0.0.1 | tail -n1 | awk '{print $nf}'",
      "host 127.0.0.1 | awk '{print $nf}' | sed 's/\\.$//' | tr -d '[:space:]'",
    ],
    part: 'answer_similarity',
  },
  {
    reason: 'there is no c++, so that both list the current folder, with sizes and times of this machine',
    gold: 'ls -ald `which c++`',
    actions: ['ls -l $(which c++)', 'ls -l $(which c++) | grep -v total'],
    part: 'answer_similarity',
  },
  {
    reason: 'the load of this machine',
    gold: "proc_load_average=$(w | head -n 1 | awk '{print $NF}' | tr ',' '.') && echo $proc_load_average",
    actions: /\/proc\/loadavg/,
    part: 'answer_similarity',
  },
  {
    reason: 'the age of the image, whose files the reference made within the hour',
    gold: 'find /workspace -cmin -60',
    actions: [
      'find /workspace -type f -mmin -60',
      'find /workspace -type f -mmin -60 -exec ls -l {} \\;',
      'find /workspace -type f -mmin -60 -printf "%t@ %p\\n"',
    ],
    part: 'answer_similarity',
  },
  {
    reason: 'the age of the image, whose files the reference made within the hour',
    gold: 'find /workspace -amin -60',
    actions: ['find /workspace -type f -amin -60', 'find /workspace -type f -amin -60 -exec ls -l {} \\;'],
    part: 'answer_similarity',
  },
  {
    reason: 'whether head ends before ls has written',
    gold: 'find /workspace -size +1k -exec ls -ls {} \\+ | sort -n | tail -1',
    actions: ['find /workspace -type f -size +1k -exec ls -lhs {} \\; | head -1'],
    part: 'answer_similarity',
  },
  {
    reason: 'a busy machine, on which the command may take longer than its time',
    gold: 'tree /workspace -p -u -g -f',
    actions: [
      "find /workspace -printf '%m %u %g %p\\n' -exec stat -c '%a %u %g %n' {} \\; -exec ls -ld {} \\; -exec readlink -f {} \\; " +
        '-exec du -h {} \\; -exec file {} \\; -exec md5sum {} \\; -exec sha256sum {} \\;',
    ],
    part: 'answer_similarity',
  },
  {
    reason: 'a checksum of a linked folder, which differs in the reference though the link is the same',
    gold: 'ln /system/folder1 -s /',
    actions: ['ln -s /system/folder1 /'],
    part: 'file_changes',
  },
];

/** Why the reward of a step differs from the reference; `null` if no known reason holds. */
export function knownReason({ reference, step, result }: ReplayedStep): string | null {
  const ours = result.info.reward_components;
  if (result.failure !== null || ours === undefined) return null;
  const isSame = (part: Part) => {
    const theirs = reference[part][step];
    return typeof theirs === 'number' && Math.abs((ours[part] ?? Number.NaN) - theirs) <= TOLERANCE;
  };
  const action = reference.actions[step] ?? '';
  const known = KNOWN.find(
    ({ gold, actions, part }) =>
      String(reference.gold) === gold &&
      (actions instanceof RegExp ? actions.test(action) : actions.includes(action)) &&
      PARTS.every((other) => other === part || isSame(other)),
  );
  return known?.reason ?? null;
}
