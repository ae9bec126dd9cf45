#!/bin/bash
# Starts the service and waits until it answers.
cp service.py /srv/service.py && chmod 700 /srv/service.py
setsid python3 /srv/service.py < /dev/null > /dev/null 2>&1 &
for _ in $(seq 200); do
  if (exec 3<> /dev/tcp/127.0.0.1/4000) 2> /dev/null; then rm -f /srv/service.py; exit 0; fi
  sleep 0.05
done
echo "the service does not answer"
exit 1
