import bash from 'highlight.js/lib/languages/bash';
import python from 'highlight.js/lib/languages/python';
import sql from 'highlight.js/lib/languages/sql';
import { createLowlight } from 'lowlight';

const lowlight = createLowlight({ bash, python, sql });

/** A tree of the code's parts. It is loaded with the first code that is shown. */
export function highlight(language: string, code: string): ReturnType<typeof lowlight.highlight> {
  return lowlight.highlight(language, code);
}
