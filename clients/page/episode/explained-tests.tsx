import type { ExplainedTest } from '../../../protocol/explanation.ts';
import { visible } from '../text/visible.ts';

/** Hidden tests: the failed ones with what they call, expect and got, then the names of the others. */
export function ExplainedTests({ tests }: { readonly tests: readonly ExplainedTest[] }) {
  const failed = tests.filter(({ passed }) => !passed);
  const passed = tests.filter((test) => test.passed);
  return (
    <div>
      <h3>
        Tests{' '}
        <span class="quiet">
          {passed.length} of {tests.length} passed
        </span>
      </h3>
      <ul class="tests">
        {failed.map(({ call, error, expected, got, name }) => (
          <li class="failed">
            <b>✗ {visible(name)}</b>
            <dl>
              <Line name="call" text={call} />
              <Line name="expected" text={expected} />
              <Line name="got" text={got} />
              <Line name="error" text={error} />
            </dl>
          </li>
        ))}
      </ul>
      {passed.length > 0 && (
        <details>
          <summary>✓ {passed.length} passed</summary>
          <ul class="mono small">
            {passed.map(({ call, name }) => (
              <li>
                {visible(name)}: {visible(call)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Line({ name, text }: { readonly name: string; readonly text: string | undefined }) {
  if (text === undefined || text === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd class="mono">{visible(text)}</dd>
    </div>
  );
}
