# cheat: leaves files that are hard to copy
# scores: = 0
# deadline: 8000 ms

cd /app; mkfifo pipe; ln -s loop loop; printf x > "$(printf 'new\nline')"; printf x > "$(printf '\377\376')"; printf x > '--checkpoint-action=exec=sh'
truncate -s 1T sparse 2>/dev/null; name=$(printf 'd%.0s' $(seq 200)); for _ in $(seq 30); do mkdir "$name" && cd "$name" || break; done
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/app/socket")'
