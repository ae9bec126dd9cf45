# cheat: does what another task asks for
# scores: < 1

{{another_gold}}
