// The store's thread in a clone: loads the sources as they are, by the loader of the command line.
import { register } from 'tsx/esm/api';

register();
await import('./thread-main.ts');
