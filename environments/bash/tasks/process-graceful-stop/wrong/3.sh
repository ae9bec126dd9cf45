printf 'processed=0\nstate=clean\n' | tee /work/queue/state.txt
