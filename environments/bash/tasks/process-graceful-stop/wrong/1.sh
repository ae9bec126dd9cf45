kill -9 "$(cat /work/queue/worker.pid)"; sleep 0.5; cat /work/queue/state.txt
