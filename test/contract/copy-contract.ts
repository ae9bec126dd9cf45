import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../docker/sandbox.ts';
import type { SandboxBench } from './sandbox-bench.ts';

/** What a shell says of itself. What differs from shell to shell is left out. */
const PROBE = `{ builtin echo "status $?" "$0" "$#" "$-"; builtin printf '<%s>' "$@"; builtin set +o; builtin shopt -p; builtin alias -p;
  builtin trap -p; builtin umask; builtin ulimit -a; builtin ulimit -Ha; builtin pwd -P; builtin dirs -p -l; builtin hash -l;
  builtin complete -p; builtin declare -f; builtin declare -F; builtin declare -p; } 2>&1`;
const VARYING =
  /^(declare -[-a-zA-Z]* (__sw_|RANDOM|SRANDOM|SECONDS|EPOCH|LINENO|BASH_COMMAND|BASH_LINENO|BASHPID|BASH_ARG|FUNCNAME|HISTCMD|PIPESTATUS|BASH_SOURCE|_=)|__sw_)/;

/** States that a shell can be in, each made by one command. */
const STATES: Readonly<Record<string, string>> = {
  nothing: '',
  variables: `x=1; y='a b
c'; declare -i n=5; declare -u up=abc; declare -ax list=([0]="a b" [7]=$'\\t'); declare -A map=(["k k"]=v); export E=$'\\xff\\n'; declare -n ref=x; readonly R=1; declare -A empty; declare -i unset_int; unset HOME; export -n LANG; printf -v "quote" "%s" "it's \\"q\\""`,
  'values that look like variables': `note=$'a"b\\ndeclare -- ghost="1"\\ndeclare -x other'; it="it's"; quoted='say "declare -- no'; declare -A keys=(["a]'b"]=$'x\\ny' [c]='"'); back='\\'; list=("'" '"' '\\"')`,
  functions: `f() { local a=1; echo "f $a" <<E
here $1
E
}; g () ( shopt -s extglob; echo done ); export -f f; readonly -f g; shopt -s extglob; h() { case $1 in @(a|b)) echo x ;; esac; }; shopt -u extglob; my-fun() { :; }`,
  'functions with names of commands': `cd() { builtin cd "$@" && echo moved; }; declare() { echo no; }; alias() { :; }; set() { :; }; trap() { :; }; shopt() { :; }; enable() { :; }`,
  aliases: `alias ll='ls -l' declare='echo no' builtin_='x y' "set=echo" for='echo no' if='echo no'; alias multi='a
b'`,
  options: `set -uf -o pipefail; shopt -s nullglob dotglob globstar nocasematch; shopt -u sourcepath`,
  'a shell that ends at failures': `set -eE; trap 'echo error' ERR; trap 'echo bye' EXIT; trap '' TERM; trap 'echo "a
b"' USR1`,
  tracing: `set -xv`,
  'the working directory and the stack': `mkdir -p '/w/a b' /w/c; ln -s c /w/link; cd '/w/a b'; pushd /w/c; pushd /w/link`,
  'arguments and status': `set -- one 'two three' '' '*'; BASH_ARGV0=agent; (exit 42)`,
  limits: `umask 027; ulimit -Sn 200; ulimit -Hn 300; ulimit -c 0`,
  'a strange separator': `IFS=0123456789; set -- 1 2 3`,
  'hashed commands': `ls >/dev/null; hash -p /bin/true mine; complete -W "a b" mine`,
  'hidden builtins': `enable -n pwd`,
  'a shell that overwrites no file': `set -C; :() { echo no; }`,
};

/** States that no other shell can have, with what is said of them. */
const REFUSED: Readonly<Record<string, { readonly code: string; readonly said: RegExp | number }>> = {
  'background processes': { code: 'sleep 300 & sleep 301 & disown -a; true', said: 2 },
  'a coprocess': { code: 'coproc cat', said: 1 },
  'an ended background job': { code: 'true & wait', said: /background jobs/ },
  'an open file': { code: 'exec 7>/tmp/log', said: /descriptors/ },
  'redirected output': { code: 'exec >/tmp/log', said: /descriptors/ },
  'a trap for each command': { code: `trap ': x' DEBUG`, said: /traps for DEBUG/ },
  'a trap for each return': { code: `trap ': x' RETURN; set -T`, said: /traps for DEBUG/ },
  'a directory that is gone': { code: 'mkdir /gone; cd /gone; rmdir /gone', said: /directory/ },
  'a limit on files': { code: 'ulimit -f 1', said: /limit on files/ },
  'shared memory': { code: 'ipcmk -M 100', said: /IPC/ },
  'folders in folders': { code: 'cd /tmp; for i in {1..200}; do mkdir d; cd d; done; cd /', said: /nested/ },
  'too much': { code: 'head -c 40000000 /dev/urandom > /big', said: /more files/ },
};

/** What copies of sandboxes promise. */
export function copyContract({ acquire, run, output, layers }: SandboxBench): void {
  describe.runIf(layers)('copies', () => {
    async function copied(from: Sandbox): Promise<Sandbox> {
      const snapshot = await from.snapshot();
      expect(snapshot).toMatchObject({ reasons: [], processes: 0, state: expect.any(Buffer) });
      const to = await acquire();
      await to.restore(snapshot);
      return to;
    }

    async function probe(sandbox: Sandbox): Promise<string[]> {
      const told = await output(sandbox, PROBE);
      return told.split('\n').filter((line) => !VARYING.test(line));
    }

    it.each(Object.entries(STATES))('have the shell with %s', async (_, code) => {
      const from = await acquire();
      await run(from, code);
      const to = await copied(from);
      expect((await probe(to)).sort()).toEqual((await probe(from)).sort());
      expect(await run(to, 'true')).toMatchObject({ sessionRestarted: false });
    });

    it('go on independently', async () => {
      const from = await acquire();
      await run(from, 'cd /tmp; x=1; echo old > file; f() { echo "$x in $PWD"; }');
      const to = await copied(from);
      await run(from, 'x=2; echo new > file; cd /');
      expect(await output(to, 'f; cat file; x=3; echo own > other')).toBe('1 in /tmp\nold\n');
      expect(await output(from, 'f; cat /tmp/file; ls /tmp')).toBe('2 in /\nnew\nfile\n');
    });

    it('have the same files, links, owners, modes and times', async () => {
      const from = await acquire();
      await run(
        from,
        `mkdir -p /w/sub; cd /w; echo text > file; ln file hard; ln hard sub/other; ln -s /etc/passwd link; ln -s nowhere dangling
        mkfifo pipe; chmod 4751 file; chown 5:7 sub; chmod 2770 sub; touch -d @1000000000 sub/late dangling; touch -hd @1000000001 dangling
        truncate -s 100M sparse; printf x | dd of=sparse bs=1 seek=5000000 conv=notrunc status=none; : > "$(printf 'new\\nline \\xff')"
        rm /etc/hostname /etc/passwd; rm -r /etc/skel; mkdir /etc/skel; echo mine > /etc/skel/own; echo more >> /etc/group
        echo shared > /dev/shm/s; chmod 700 /root; mv /etc/fstab /etc/moved`,
      );
      const to = await copied(from);
      expect((await from.diff()).changes.length).toBeGreaterThan(12);
      expect(await to.diff()).toEqual(await from.diff());
      const seen = `cd /; { ls -lnR --time-style=+%s /w /etc/skel /dev/shm /root; cat /w/file /etc/group /etc/skel/own /dev/shm/s; md5sum /w/sparse; du -a /w; find /w /etc/skel; } 2>&1`;
      expect(await output(to, seen)).toBe(await output(from, seen));
      expect(await output(to, 'echo +++ >> /w/file; cat /w/sub/other; stat -c %h /w/hard')).toBe(
        'text\n+++\n3\n',
      );
    });

    it('compare with the same mark', async () => {
      const from = await acquire();
      await from.putFiles([
        { path: '/w/kept', type: 'file', content: 'a' },
        { path: '/w/changed', type: 'file', content: 'a' },
        { path: '/w/gone', type: 'file', content: 'a' },
      ]);
      await from.mark();
      await run(from, 'echo b > /w/changed; rm /w/gone; echo c > /w/new');
      const to = await copied(from);
      const kinds = (await to.diff()).changes.map(({ path, kind }) => `${kind} ${path}`);
      expect(kinds).toEqual(['modified /w/changed', 'deleted /w/gone', 'added /w/new']);
      await run(to, 'echo b > /w/kept');
      expect((await to.diff()).changes).toHaveLength(4);
      expect(await from.diff()).not.toEqual(await to.diff());
    });

    it('can be copied again, and often', async () => {
      const from = await acquire();
      await run(from, 'n=1; echo 1 > /n');
      const snapshot = await from.snapshot();
      const to = await acquire();
      for (let round = 0; round < 3; round += 1) {
        await to.restore(snapshot);
        expect(await output(to, 'echo $n $(cat /n); n=2; echo 2 > /n; sleep 300 &')).toBe('1 1\n');
      }
      await to.restore(await from.snapshot());
      await from.restore(await to.snapshot());
      expect(await output(from, 'echo $n $(cat /n)')).toBe('1 1\n');
    });

    it.each(Object.entries(REFUSED))(
      'are refused with %s, and the shell goes on',
      async (_, { code, said }) => {
        const from = await acquire();
        await run(from, `alive=yes; ${code}`);
        const { state, reasons, processes } = await from.snapshot();
        expect(state).toBeNull();
        if (typeof said === 'number') expect(processes).toBe(said);
        else expect(reasons.join('; ')).toMatch(said);
        expect((await run(from, '[ $alive = yes ]')).exitCode).toBe(0);
      },
    );

    it('of an agent that lies about its shell are only its own', async () => {
      const from = await acquire();
      await run(from, `builtin() { command builtin "$@"; }; printf() { echo 'rm -rf /'; }; echo() { :; }`);
      await run(
        from,
        `__sw_save() { command printf 'x\\0y\\0z\\0\\nrm -rf /\\0q\\0'; }; readonly -f __sw_save`,
      );
      const { state, reasons } = await from.snapshot();
      expect([state, reasons.length]).toEqual([null, 1]);
    });

    it('never take the state of another kind', async () => {
      const from = await acquire();
      const snapshot = await from.snapshot();
      const other = { ...snapshot, image: { ...snapshot.image, digest: 'sha256:other' } };
      await expect(from.restore(other)).rejects.toMatchObject({ code: 'not_supported' });
      await expect(from.restore({ ...snapshot, state: null })).rejects.toMatchObject({
        code: 'not_supported',
      });
    });
  });
}
