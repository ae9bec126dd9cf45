/**
 * How InterCode's interpreter treats an action, and how its answer reads. Observations are the text of a Python
 * dictionary: `{'output': …, 'error': ''}`, or `{'error': 'Error: …'}` where the action raised.
 */

/** Between what the action printed and what became of it; the caller makes one up for each action. */
export interface Marker {
  readonly text: string;
}

/**
 * The action as the session runs it: an expression of one line in which neither print, assignment, import nor assert
 * occurs is printed; whatever is raised is told behind the marker.
 */
export function intercodeCode(action: string, { text }: Marker): string {
  const source = JSON.stringify(action);
  const mark = JSON.stringify(text);
  return `def __stepwell_action__(source, mark):
    import json
    import sys
    error = None
    try:
        if '\\n' not in source.strip() and not any(word in source for word in ('print', '=', 'import', 'assert')):
            try:
                compile(source.strip(), '<string>', 'eval')
                source = f'print({source.strip()})'
            except SyntaxError:
                pass
        exec(source, globals())
    except BaseException as raised:
        error = f'Error: {raised}'
    finally:
        del globals()['__stepwell_action__']
    try:
        sys.stdout.flush()
    finally:
        sys.__stdout__.write(mark + json.dumps(error))
        sys.__stdout__.flush()
__stepwell_action__(${source}, ${mark})
`;
}

/** What the marker says: the action's error (`null`: none), and the output before it. `null` where there is no marker. */
export function markedOutcome(
  output: string,
  { text }: Marker,
): { readonly printed: string; readonly error: string | null } | null {
  const at = output.lastIndexOf(text);
  if (at < 0) return null;
  try {
    const error: unknown = JSON.parse(output.slice(at + text.length).split('\n')[0] ?? '');
    return { printed: output.slice(0, at), error: typeof error === 'string' ? error : null };
  } catch {
    return null;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Python's `repr` of a text. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = [...text].map((character) => {
    if (character === quote) return `\\${character}`;
    return ESCAPES[character] ?? escaped(character);
  });
  return `${quote}${body.join('')}${quote}`;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (!/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/u.test(character) || character === ' ')
    return character;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** The observation's text. */
export function intercodeObservation(printed: string, error: string | null): string {
  if (error === null) return `{'output': ${pythonRepr(printed)}, 'error': ''}`;
  return `{'error': ${pythonRepr(error)}}`;
}

/** The function that a step means to submit: the last one that its text defines at the top level. */
export function definedFunction(action: string): string | undefined {
  return [...action.matchAll(/^(?:async\s+)?def\s+([\p{L}_][\p{L}\p{N}_]*)/gmu)].at(-1)?.[1];
}
