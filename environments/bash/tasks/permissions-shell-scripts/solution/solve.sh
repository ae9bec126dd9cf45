find /work/tools -type f -exec sh -c 'for f; do head -n 1 "$f" | grep -q "^#!" && chmod 0755 "$f"; done' sh {} +
