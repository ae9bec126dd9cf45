#!/bin/bash
# Brings the hidden tests, runs the named ones, and counts: fail-to-pass.txt and pass-to-pass.txt name one test a line.
# The tests run as another user, so that the code under test can neither write the reward nor end this script.
set -f
repository=$PWD
settings=/tests/settings.sh
test_command= test_user=nobody
[ -e "$settings" ] && . "$settings"
while IFS= read -r path; do
  [ -n "$path" ] && rm -rf -- "$repository/$path"
done < /tests/removed.txt
[ -d /tests/files ] && cp -R /tests/files/. "$repository/"
rm -rf /tests/files

as_user=()
if [ "$test_user" != root ] && setpriv --reuid "$test_user" --regid 65534 --clear-groups true 2> /dev/null; then
  as_user=(setpriv --reuid "$test_user" --regid 65534 --clear-groups)
  chown -R "$test_user" "$repository"
fi
home=$(mktemp -d) && results=$(mktemp -d)
[ ${#as_user[@]} -gt 0 ] && chown "$test_user" "$home" "$results"
run() { HOME=$home PYTHONDONTWRITEBYTECODE=1 "${as_user[@]}" "$@"; }

# Each test that passed, one a line.
if [ -n "$test_command" ]; then
  while IFS= read -r name; do
    [ -n "$name" ] || continue
    printf -v quoted %q "$name"
    run /bin/bash -c "${test_command//\{test\}/$quoted}" < /dev/null && echo "$name" >> "$results/passed"
  done < <(cat /tests/fail-to-pass.txt /tests/pass-to-pass.txt)
else
  run python3 /tests/outcomes.py "$results/passed" /tests/fail-to-pass.txt /tests/pass-to-pass.txt < /dev/null
fi
touch "$results/passed"

# Sets `share` to the part of a list that passed, with four digits, and `all` to 0 unless it is whole.
all=1
count() {
  local name total=0 passed=0
  while IFS= read -r name; do
    [ -n "$name" ] || continue
    total=$((total + 1))
    if grep -qxF -e "$name" "$results/passed"; then
      passed=$((passed + 1))
      echo "passed  $name"
    else
      all=0
      echo "failed  $name"
    fi
  done < "$1"
  share=1
  [ "$total" = 0 ] || printf -v share '%d.%04d' $((passed / total)) $((passed * 10000 / total % 10000))
}
count /tests/fail-to-pass.txt && fail_to_pass=$share
count /tests/pass-to-pass.txt && pass_to_pass=$share
echo "{\"reward\": $all, \"fail_to_pass\": $fail_to_pass, \"pass_to_pass\": $pass_to_pass}" > /logs/verifier/reward.json
