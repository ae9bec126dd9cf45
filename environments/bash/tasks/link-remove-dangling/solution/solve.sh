find /work/web -xtype l -delete
