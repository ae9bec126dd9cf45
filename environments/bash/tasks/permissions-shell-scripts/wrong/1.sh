find /work/tools -name '*.sh' -exec chmod 0755 {} +
