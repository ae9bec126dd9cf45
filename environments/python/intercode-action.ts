import { z } from 'zod';
import { pythonString } from '../intercode-text.ts';

/**
 * How InterCode's interpreter treats an action, and how its answer reads. Observations are the text of a Python
 * dictionary: `{'output': …, 'error': ''}`, or `{'error': 'Error: …'}` where the action raised; an action of one line that is
 * no Python is answered with `Error executing action: …`.
 */

/** Between what the action printed and what became of it; the caller makes one up for each action. */
export interface Marker {
  readonly text: string;
}

/**
 * The action as the session runs it. One of a single line is parsed first, and where that fails it is not executed; where it is
 * an expression without print in it, it is printed. What is raised is told behind the marker.
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

/** What became of an action. */
export interface ActionResult {
  readonly printed: string;
  /** What it raised. */
  readonly error: string | null;
  /** Why it was not executed. */
  readonly refused: string | null;
}

/** What stands before and behind the marker; `null` where there is no marker. */
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

/** The function that a step means to submit: the last one that its text defines at the top level. */
export function definedFunction(action: string): string | undefined {
  return [...action.matchAll(/^(?:async\s+)?def\s+([\p{L}_][\p{L}\p{N}_]*)/gmu)].at(-1)?.[1];
}
