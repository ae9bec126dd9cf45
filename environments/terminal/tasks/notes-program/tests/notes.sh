# What the tests of all steps use.
begin() { rm -f /app/notes.txt; }
notes() { timeout 5 bash /app/notes.sh "$@"; }
reward() { if "$@"; then echo 1; else echo 0; fi > /logs/verifier/reward.txt; }
lists() { begin; notes add 'buy milk'; notes add 'call Bo'; [ "$(notes list)" = "$(printf '1: buy milk\n2: call Bo')" ]; }
