find /work/docs -type l -lname '/work/docs/*' | while IFS= read -r l; do cp --remove-destination -r "$(readlink "$l")" "$l"; done
