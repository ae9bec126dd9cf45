# Leave something of every kind behind.
mkdir -p /work && for folder in / /tmp /var/tmp /dev/shm /run /root /home /etc /usr/local/bin /var/lib /opt; do
  echo left > "$folder/left"
  mkdir "$folder/left.d"
  mkfifo "$folder/left.pipe"
  ln -s /left "$folder/left.link"
done
rm -rf /var/log /etc/shells; chmod 777 /etc /root; touch -d 2001-01-01 /etc/group; chown 1:1 /srv

printf '#!/bin/sh\necho replaced\n' > /usr/local/bin/env; chmod +x /usr/local/bin/env
cp --preserve=timestamps /usr/bin/ls /tmp/ls && truncate -s "$(stat -c %s /tmp/ls)" /usr/bin/ls
python3 - <<'X'
import os, json
# Same size, same times: only the content tells.
for path in ("/usr/bin/ls", json.__file__):
    status = os.stat(path)
    with open(path, "r+b") as file:
        file.seek(0 if path.endswith("ls") else 2)
        file.write(b"#" * 3)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
custom = os.path.realpath(f"{os.path.dirname(json.__file__)}/../sitecustomize.py")
os.makedirs(os.path.dirname(custom), exist_ok=True)
open(custom, "w").write("import os\nos.left = True\n")
X
git config --global user.name left; git config --global core.hooksPath /tmp/hooks; git config --system alias.left '!true'
mkdir -p /tmp/hooks; git init -q /.git.d 2>/dev/null; git init -q / 2>/dev/null; git -C / config core.fsmonitor /tmp/left
mkdir -p /var/spool/cron/crontabs /etc/cron.d; echo '* * * * * true' > /var/spool/cron/crontabs/root; echo '* * * * * root true' > /etc/cron.d/left
echo 'export LEFT=profile' | tee -a /etc/profile /etc/bash.bashrc /root/.bashrc /root/.profile /etc/environment > /dev/null
echo '# left' > /etc/ld.so.preload; mkdir -p /etc/ld.so.conf.d; echo /tmp > /etc/ld.so.conf.d/left.conf

nohup sleep 401 > /dev/null 2>&1 & disown
(setsid sleep 402 > /dev/null 2>&1 &)
sleep 403 & kill -STOP $!
python3 -S - <<'X' 2>/dev/null &
import ctypes, os, signal, socket
libc = ctypes.CDLL(None)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 4711))
        listener.listen()
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind("\0left")
        abstract.listen()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        libc.shmget(4711, 4096, 0o1666)
        libc.semget(4711, 1, 0o1666)
        libc.msgget(4711, 0o1666)
        libc.mq_open(b"/left", os.O_CREAT | os.O_RDWR, 0o666, None)
        shared = libc.shm_open(b"/left-shm", os.O_CREAT | os.O_RDWR, 0o666)
        libc.sem_open(b"/left", os.O_CREAT, 0o666, 1)
        os.close(os.open("/tmp/ready", os.O_CREAT))
        while True:
            signal.pause()
X
until [ -e /tmp/ready ]; do sleep 0.02; done

export LEFT=1 PATH=/tmp/left:$PATH BASH_ENV=/tmp/left PYTHONPATH=/tmp/left GIT_DIR=/tmp LD_LIBRARY_PATH=/tmp; readonly LEFT_FOR_GOOD=1
alias ls='echo alias'; ls() { echo function; }; cd() { echo function; }; left() { :; }
trap 'echo trapped' EXIT USR1 DEBUG; umask 0; ulimit -n 500 -s 4096; shopt -s nullglob extglob; set -f -o pipefail
builtin cd /tmp/left.d; pushd /tmp > /dev/null; hash -p /tmp/left git; enable -n test; complete -W left git
echo done
