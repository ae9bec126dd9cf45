kill -TERM "$(cat /work/queue/worker.pid)"; until [ -s /work/queue/state.txt ]; do sleep 0.1; done; cat /work/queue/state.txt
