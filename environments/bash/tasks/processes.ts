import type { BashTaskRecord } from '../task.ts';
import { file, script } from './entry.ts';

const SNAPSHOT = [
  'USER PID PPID RSS COMMAND',
  'root 1 0 1200 /sbin/init',
  'web 210 1 20480 nginx: master process',
  'web 215 210 10240 nginx: worker process',
  'web 216 210 11264 nginx: worker process',
  'db 300 1 90112 postgres -D /data/pg',
  'db 301 300 4096 postgres: writer',
  'web 400 215 2048 /usr/bin/cgi render --user db',
  'root 402 400 512 sh -c convert',
  'mail 500 1 3072 queue --for web',
  'webadmin 510 1 7000 panel',
  'db 2101 301 1024 psql',
  'root 2102 402 256 convert in.png',
];

export const PROCESSES: readonly BashTaskRecord[] = [
  {
    id: 'process-memory-by-user',
    instruction:
      '/work/snapshot/ps.txt is a process list with the columns USER PID PPID RSS COMMAND, separated by spaces, RSS in ' +
      'KiB. Print the total RSS of the processes of the user web, in MiB, as a whole number rounded down.',
    files: [file('/work/snapshot/ps.txt', SNAPSHOT), file('/work/snapshot/host.txt', ['node-17'])],
    gold: `awk '$1 == "web" { sum += $4 } END { print int(sum / 1024) }' /work/snapshot/ps.txt`,
    wrong: [
      `awk '/web/ { sum += $4 } END { print int(sum / 1024) }' /work/snapshot/ps.txt`,
      `awk '$1 == "web" { sum += $4 } END { print sum }' /work/snapshot/ps.txt`,
      `awk '$1 == "web" { sum += $3 } END { print int(sum / 1024) }' /work/snapshot/ps.txt`,
    ],
    tags: ['processes', 'easy'],
  },
  {
    id: 'process-descendants',
    instruction:
      '/work/snapshot/ps.txt is a process list with the columns USER PID PPID RSS COMMAND, separated by spaces. Print the ' +
      'PIDs of all descendants of process 210 (children, their children and so on, not 210 itself), one a line, in ' +
      'ascending numeric order.',
    files: [file('/work/snapshot/ps.txt', SNAPSHOT)],
    gold:
      `awk 'NR > 1 { parent[$2] = $3 } END { for (pid in parent) { p = parent[pid]; ` +
      `while (p in parent && p != 210) p = parent[p]; if (p == 210) print pid } }' /work/snapshot/ps.txt | sort -n`,
    wrong: [
      `awk '$3 == 210 { print $2 }' /work/snapshot/ps.txt | sort -n`,
      `grep 210 /work/snapshot/ps.txt | awk '{ print $2 }' | sort -n`,
      `awk '$3 >= 210 { print $2 }' /work/snapshot/ps.txt | sort -n`,
    ],
    tags: ['processes', 'awk', 'hard'],
  },
  {
    id: 'process-exit-statuses',
    instruction:
      'Run each of the programs /work/checks/*.sh once, in the order of their names, without arguments. Write ' +
      '/work/results.txt with one line per program, "<name without .sh> <exit status>". What the programs print must ' +
      'end up nowhere. Finally print the number of programs that failed (exit status not 0) as "failed=<number>".',
    files: [
      script('/work/checks/10-disk.sh', ['#!/bin/sh', 'echo "disk fine"', 'exit 0']),
      script('/work/checks/20-memory.sh', ['#!/bin/sh', 'echo "memory low" >&2', 'exit 3']),
      script('/work/checks/30-network.sh', ['#!/bin/bash', 'false | true']),
      script('/work/checks/40-queue.sh', [
        '#!/bin/bash',
        'set -o pipefail',
        'printf "stuck\\n" | grep -q moving',
      ]),
      script('/work/checks/50-crash.sh', ['#!/bin/sh', "sh -c 'kill -TERM $$'", 'exit $?']),
      file('/work/checks/helpers.txt', ['exit 0']),
    ],
    gold:
      'bad=0; : > /work/results.txt; for f in /work/checks/*.sh; do "$f" > /dev/null 2>&1; s=$?; ' +
      '[ $s -eq 0 ] || bad=$((bad + 1)); echo "$(basename "$f" .sh) $s" >> /work/results.txt; done; echo "failed=$bad"',
    wrong: [
      'for f in /work/checks/*.sh; do "$f" > /dev/null 2>&1; echo "$(basename $f) $?" >> /work/results.txt; done; ' +
        'grep -vc " 0$" /work/results.txt',
      'bad=0; for f in /work/checks/*.sh; do if "$f" > /dev/null 2>&1; then s=0; else s=1; bad=$((bad + 1)); fi; ' +
        'echo "$(basename $f .sh) $s" >> /work/results.txt; done; echo "failed=$bad"',
      'for f in /work/checks/*.sh; do "$f" | cat; echo "$(basename $f .sh) $?" >> /work/results.txt; done; echo failed=0',
    ],
    tags: ['processes', 'scripting', 'medium'],
  },
  {
    id: 'process-graceful-stop',
    instruction:
      'A worker started from /work/queue/worker.sh is running; its process id is in /work/queue/worker.pid. Stop it in ' +
      'the way that lets it save its state, wait until /work/queue/state.txt is complete, and print the content of that ' +
      'file. Change nothing else in /work/queue.',
    files: [
      script('/work/queue/worker.sh', [
        '#!/bin/bash',
        '# Works until it is asked to stop; what it did is only written down then.',
        'processed=0',
        'save() {',
        '  printf "processed=%s\\nstate=%s\\n" "$processed" "$1" > /work/queue/state.part',
        '  mv /work/queue/state.part /work/queue/state.txt',
        '  exit 0',
        '}',
        "trap 'processed=4096; save clean' TERM",
        "trap 'processed=17; save interrupted' INT HUP",
        'echo $$ > /work/queue/worker.pid',
        'while :; do sleep 0.1; done',
      ]),
      file('/work/queue/README', ['TERM finishes the batch and saves. INT and HUP drop the batch.']),
    ],
    setup:
      'setsid /work/queue/worker.sh < /dev/null > /dev/null 2>&1 & ' +
      'until [ -s /work/queue/worker.pid ]; do sleep 0.05; done',
    gold:
      'kill -TERM "$(cat /work/queue/worker.pid)"; until [ -s /work/queue/state.txt ]; do sleep 0.1; done; ' +
      'cat /work/queue/state.txt',
    wrong: [
      'kill -9 "$(cat /work/queue/worker.pid)"; sleep 0.5; cat /work/queue/state.txt',
      'kill -HUP "$(cat /work/queue/worker.pid)"; until [ -s /work/queue/state.txt ]; do sleep 0.1; done; ' +
        'cat /work/queue/state.txt',
      String.raw`printf 'processed=0\nstate=clean\n' | tee /work/queue/state.txt`,
    ],
    tags: ['processes', 'signals', 'hard'],
  },
];
