cd /data/log && zcat -f $(ls -r audit.log*) > /data/audit-full.log
