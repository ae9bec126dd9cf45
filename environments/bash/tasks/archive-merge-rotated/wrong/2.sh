cd /data/log && gunzip audit.log.*.gz && cat $(ls -rv audit.log*) > /data/audit-full.log
