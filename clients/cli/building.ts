import { styled, type Terminal } from './terminal.ts';

const WIDTH = 110;

/** Tells, on standard error, what is being built: making an image the first time takes minutes. */
export function tellBuilding(terminal: Terminal): (image: string, line: string) => void {
  const told = new Set<string>();
  return (image, line) => {
    if (!told.has(image)) {
      told.add(image);
      terminal.errors.write(`building the image ${image}; this is done once, and may take a few minutes\n`);
    }
    terminal.errors.write(`${styled(terminal, 'dim', `  ${line.trimEnd().slice(0, WIDTH)}`)}\n`);
  };
}
