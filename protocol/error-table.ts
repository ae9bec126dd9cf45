import { ERRORS } from './errors.ts';

/** The table of `protocol/README.md`, in Markdown. */
export function errorTable(): string {
  const rows = Object.entries(ERRORS).map(
    ([name, { code, meaning, retryable, remedy }]) =>
      `| \`${name}\` | ${code} | ${meaning} | ${retryable ? 'yes' : 'no'} | ${remedy} |`,
  );
  return ['| name | code | meaning | retryable | remedy |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}
