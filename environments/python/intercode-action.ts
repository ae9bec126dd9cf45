import { z } from 'zod';
import { pythonString } from '../intercode-text.ts';

/**
 * How InterCode's interpreter runs an action, and the text of its answer. Observations are the text of a Python
 * dictionary: `{'output': …, 'error': ''}`, or `{'error': 'Error: …'}` if the action raised an exception. The answer to an
 * action of one line that is not Python is `Error executing action: …`.
 */

/** The marker between the action's output and its result. The caller makes a new one for each action. */
export interface Marker {
  readonly text: string;
}

/**
 * The action as the session runs it. An action of one line is parsed first, and not executed if that fails; if it is an
 * expression without print in it, it is printed. An exception is reported after the marker.
 */
export function intercodeCode(action: string, { text }: Marker): string {
  const source = JSON.stringify(action);
  const mark = JSON.stringify(text);
  return `def __stepwell_action__(source, mark):
    import ast
    import json
    import sys
    del globals()['__stepwell_action__']
    error = refused = None
    line = source.strip()
    if '\\n' not in line:
        try:
            body = ast.parse(line).body
            if len(body) == 1 and isinstance(body[0], ast.Expr) and 'print' not in line:
                source = f'print({line})'
        except (SyntaxError, ValueError) as raised:
            refused = str(raised)
    if refused is None:
        try:
            exec(source, globals())
        except BaseException as raised:
            error = str(raised)
    for stream in (sys.stdout, sys.__stdout__):
        try:
            stream.flush()
        except BaseException:
            pass
    sys.__stdout__.write(mark + json.dumps([error, refused]))
    sys.__stdout__.flush()
__stepwell_action__(${source}, ${mark})
`;
}

const Told = z.tuple([z.string().nullable(), z.string().nullable()]);

/** The result of an action. */
export interface ActionResult {
  readonly printed: string;
  /** The exception that it raised. */
  readonly error: string | null;
  /** Why it was not executed. */
  readonly refused: string | null;
}

/** The texts before and after the marker; `null` if there is no marker. */
export function markedResult(output: string, { text }: Marker): ActionResult | null {
  const at = output.lastIndexOf(text);
  if (at < 0) return null;
  try {
    const [error, refused] = Told.parse(JSON.parse(output.slice(at + text.length)));
    return { printed: output.slice(0, at), error, refused };
  } catch {
    return null;
  }
}

/** The observation's text. */
export function intercodeObservation({ printed, error, refused }: ActionResult): string {
  if (refused !== null) return `Error executing action: ${refused}`;
  if (error !== null) return `{'error': ${pythonString(`Error: ${error}`)}}`;
  return `{'output': ${pythonString(printed)}, 'error': ''}`;
}

/** The function that a step submits: the last one that its text defines at the top level. */
export function definedFunction(action: string): string | undefined {
  return [...action.matchAll(/^(?:async\s+)?def\s+([\p{L}_][\p{L}\p{N}_]*)/gmu)].at(-1)?.[1];
}
