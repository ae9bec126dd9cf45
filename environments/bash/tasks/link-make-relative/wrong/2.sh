for l in /work/docs/*; do case "$(readlink "$l")" in /work/docs/*) ln -sfnr "$(readlink "$l")" "$l" ;; esac; done
