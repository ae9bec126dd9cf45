import { describe, expect, it } from 'vitest';
import { FairTurns } from '../../../docker/pool/fair-turns.ts';

/** Turns of items named after their paths, e.g. `a/x 1`. */
function turns(...names: string[]): FairTurns<string> {
  const made = new FairTurns<string>();
  for (const name of names) made.add(name, pathOf(name));
  return made;
}

function pathOf(name: string): string[] {
  return (name.split(' ')[0] ?? '').split('/');
}

/** Serve the first item that fits. */
function serve(made: FairTurns<string>, fits: (name: string) => boolean = () => true): string | undefined {
  for (const name of made) {
    if (!fits(name)) continue;
    made.delete(name, pathOf(name), true);
    return name;
  }
  return undefined;
}

function serveAll(made: FairTurns<string>): string[] {
  const served: string[] = [];
  for (let name = serve(made); name !== undefined; name = serve(made)) served.push(name);
  return served;
}

describe('fair turns', () => {
  it('keeps the order of one branch', () => {
    expect([...turns('a 1', 'a 2', 'a 3')]).toEqual(['a 1', 'a 2', 'a 3']);
  });

  it('lets branches take turns', () => {
    const made = turns('a 1', 'a 2', 'a 3', 'b 1', 'c 1', 'c 2');
    const order = ['a 1', 'b 1', 'c 1', 'a 2', 'c 2', 'a 3'];
    expect([...made]).toEqual(order);
    expect(serveAll(made)).toEqual(order);
    expect(made.empty).toBe(true);
  });

  it('lets branches of a branch take turns among themselves', () => {
    const made = turns('a/x 1', 'a/x 2', 'a/y 1', 'b/x 1', 'b/x 2');
    expect([...made]).toEqual(['a/x 1', 'b/x 1', 'a/y 1', 'b/x 2', 'a/x 2']);
    expect(serveAll(made)).toEqual(['a/x 1', 'b/x 1', 'a/y 1', 'b/x 2', 'a/x 2']);
  });

  it('does not let a branch that comes again and again hold up another one', () => {
    const made = turns('many 1', 'many 2', 'many 3', 'one 1');
    expect([serve(made), serve(made)]).toEqual(['many 1', 'one 1']);
    made.add('one 2', ['one']);
    expect([serve(made), serve(made)]).toEqual(['many 2', 'one 2']);
  });

  it('puts a new branch behind the others', () => {
    const made = turns('a 1', 'b 1');
    serve(made);
    made.add('new 1', ['new']);
    made.add('a 2', ['a']);
    expect([...made]).toEqual(['b 1', 'new 1', 'a 2']);
  });

  it('keeps the turn of a branch whose items did not fit', () => {
    const made = turns('a sql', 'b bash', 'b bash 2', 'c bash');
    expect(serve(made, (name) => name.includes('bash'))).toBe('b bash');
    expect([...made]).toEqual(['a sql', 'c bash', 'b bash 2']);
  });

  it('keeps the turn of a branch that an item left unserved', () => {
    const made = turns('a 1', 'a 2', 'b 1');
    made.delete('a 1', ['a'], false);
    expect([...made]).toEqual(['a 2', 'b 1']);
  });
});
