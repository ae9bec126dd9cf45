# cheat: leaves processes that go on changing files and printing while the grade is made
# scores: = 0
# deadline: 5000 ms

for n in 1 2 3; do
  (setsid sh -c "while :; do date +%N > /moving-$n; mv /moving-$n /moved-$n; sleep 0.01; done" >/dev/null 2>&1 &)
done
