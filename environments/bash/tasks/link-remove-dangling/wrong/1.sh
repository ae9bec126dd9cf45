find /work/web -maxdepth 1 -xtype l -delete
