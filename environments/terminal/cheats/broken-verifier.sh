# cheat: removes what the verifier needs, so that there is no grade
# scores: = 0
# deadline: 8000 ms

rm -rf /tests /logs /usr/bin/python3* /usr/bin/tar /bin/tar /usr/bin/timeout /usr/lib/python3*
mkdir -p /logs && : > /logs/verifier
