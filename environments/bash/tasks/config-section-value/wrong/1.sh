sed -i 's/^port = 8080/port = 9443/' /work/conf/web.ini /work/conf/jobs/*.ini
