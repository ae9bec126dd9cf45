cd /data/log && { zcat audit.log.10.gz audit.log.3.gz audit.log.2.gz; cat audit.log.1 audit.log; } > /data/audit-full.log
