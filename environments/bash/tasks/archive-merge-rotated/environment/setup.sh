gzip -n /data/log/audit.log.2 /data/log/audit.log.3 /data/log/audit.log.10
