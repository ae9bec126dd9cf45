import type { SandboxSource } from '../../../docker/sandbox.ts';
import type { Environment, Grade } from '../../../environments/environment.ts';
import { PlayedEnvironment } from '../../../environments/played-environment.ts';
import { terminal } from '../../../environments/terminal/definition.ts';

export type TerminalDataset = ReturnType<typeof terminal.served>;

/** The environment over some sandboxes. */
export function terminalOver(sandboxes: SandboxSource, dataset: TerminalDataset): Environment {
  return new PlayedEnvironment(terminal, {
    sandboxes,
    defaults: { stepTimeoutMs: 30_000, maxOutputBytes: 65_536 },
    datasets: [dataset],
  });
}

/** Play actions, then submit until the episode ends. @returns every grade */
export async function playTerminal(
  environment: Environment,
  task: string,
  ...actions: readonly (string | null)[]
): Promise<Grade[]> {
  const episode = await environment.choose({ task }, 0).begin();
  try {
    const grades: Grade[] = [];
    for (const code of [...actions, ...Array.from({ length: 10 }, () => null)]) {
      if (code !== null) await episode.act({ code });
      const grade = await episode.grade({ final: true, mayGoOn: true });
      grades.push(grade);
      if (grade.next === undefined) break;
    }
    return grades;
  } finally {
    await episode.sandbox.release();
  }
}
