import type { Explanation } from '../../../protocol/explanation.ts';
import { rewardText } from '../parts/format.ts';
import { TerminalText } from '../text/terminal-text.tsx';
import { visible } from '../text/visible.ts';
import { ExplainedAnswer } from './explained-answer.tsx';
import { ExplainedPaths } from './explained-paths.tsx';
import { ExplainedRows } from './explained-rows.tsx';
import { ExplainedTests } from './explained-tests.tsx';

/** Why a grade gave its reward: what the reward is made of, then what differs from the gold. */
export function ExplanationView({ explanation }: { readonly explanation: Explanation }) {
  const { answer, components, cut, notes, paths, rows, tests, verifier } = explanation;
  return (
    <div class="explanation">
      {components.length > 0 && (
        <table class="components">
          <caption class="hidden">Components of the reward</caption>
          <thead>
            <tr>
              <th scope="col">Component</th>
              <th scope="col">Value</th>
              <th scope="col">Made of</th>
            </tr>
          </thead>
          <tbody>
            {components.map(({ made_of, name, value, weight }) => (
              <tr>
                <th scope="row" class="mono">
                  {visible(name)}
                </th>
                <td class="number">
                  {rewardText(value)}
                  {weight !== undefined && <span class="quiet"> of {rewardText(weight)}</span>}
                </td>
                <td>{visible(made_of)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li>{visible(note)}</li>
          ))}
        </ul>
      )}
      {tests !== undefined && <ExplainedTests tests={tests} />}
      {answer !== undefined && <ExplainedAnswer answer={answer} />}
      {rows !== undefined && <ExplainedRows rows={rows} />}
      {paths !== undefined && <ExplainedPaths paths={paths} />}
      {verifier !== undefined && (
        <div>
          <h3>
            Verifier{' '}
            {verifier.exit_code !== null && <span class="quiet">exit status {verifier.exit_code}</span>}
          </h3>
          <TerminalText text={verifier.output} />
        </div>
      )}
      {cut && <p class="quiet small">Something was left out, as the explanation would have been too long.</p>}
    </div>
  );
}
