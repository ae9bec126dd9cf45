setsid /work/queue/worker.sh < /dev/null > /dev/null 2>&1 & until [ -s /work/queue/worker.pid ]; do sleep 0.05; done
