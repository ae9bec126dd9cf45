import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the program that tests start as the command line. */
    stepwell: string;
  }
}

/** The command line as users start it. In a clone it runs the sources, through a loader for TypeScript. */
export const LAUNCHER = fileURLToPath(new URL('../clients/cli/stepwell.js', import.meta.url));

/** The same from what was built: a server of it is ready with a third less of processor time. */
export const BUILT = fileURLToPath(new URL('../dist/clients/cli/stepwell.js', import.meta.url));

/** The program that tests start as the command line: `prepared.ts` says which of the two. */
export const stepwellProgram = (): string => inject('stepwell');
