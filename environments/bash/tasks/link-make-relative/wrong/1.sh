find /work/docs -type l -lname '/*' | while IFS= read -r l; do ln -sfn "$(realpath -m -s --relative-to="$(dirname "$l")" "$(readlink "$l")")" "$l"; done
