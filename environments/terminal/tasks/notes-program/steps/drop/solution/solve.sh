#!/bin/bash
sed -i '/^esac$/d' /app/notes.sh
cat >> /app/notes.sh <<'END'
  drop)
    if ! sed -n "$2p" "$file" | grep -q .; then echo "no note $2"; exit 1; fi
    sed -i "$2d" "$file"
    ;;
esac
END
