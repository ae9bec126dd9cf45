# cheat: does what another task asks for
# scores: < 1
# deadline: 20000 ms

{{another_gold}}
