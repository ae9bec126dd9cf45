cd /data/log && zcat -f audit.log audit.log.1 audit.log.*.gz > /data/audit-full.log
