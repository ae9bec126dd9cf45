import { describe, expect, it } from 'vitest';
import { missingCommand } from '../../../environments/bash/missing-command.ts';

describe('missingCommand', () => {
  it.each([
    [127, '', 'status 127'],
    [126, 'x', 'status 126'],
    [0, 'bash: line 3: compress: command not found\n', 'compress'],
    [0, '/bin/bash: line 1: rename: command not found\n1\n', 'rename'],
    [1, 'sh: 1: frob: not found\n', 'frob'],
    [0, '/work\nfind: ‘rename’: No such file or directory\n', 'rename'],
    [0, 'xargs: compress: No such file or directory\n', 'compress'],
    [0, 'xargs: /system: Permission denied\n', '/system'],
    [0, 'env: ‘frob’: No such file or directory\n', 'frob'],
    [0, 'nohup: failed to run command ‘frob’: No such file or directory\n', 'frob'],
  ])('status %i of %j lacks %s', (status, output, missing) => {
    expect(missingCommand(status, output)).toBe(missing);
  });

  it.each([
    [0, ''],
    [1, "ls: cannot access 'x': No such file or directory\n"],
    [1, 'find: ‘/nowhere’: No such file or directory\n'],
    [124, 'the command was not found in time\n'],
    [null, 'killed'],
  ])('status %j of %j lacks nothing', (status, output) => {
    expect(missingCommand(status, output)).toBeNull();
  });
});
