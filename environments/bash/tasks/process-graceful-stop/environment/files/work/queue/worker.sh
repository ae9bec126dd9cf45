#!/bin/bash
# Works until it is asked to stop; what it did is only written down then.
processed=0
save() {
  printf "processed=%s\nstate=%s\n" "$processed" "$1" > /work/queue/state.part
  mv /work/queue/state.part /work/queue/state.txt
  exit 0
}
trap 'processed=4096; save clean' TERM
trap 'processed=17; save interrupted' INT HUP
echo $$ > /work/queue/worker.pid
while :; do sleep 0.1; done
