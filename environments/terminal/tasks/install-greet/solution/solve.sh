#!/bin/bash
mkdir -p /root/.local/bin
cat > /root/.local/bin/greet <<'END'
#!/bin/sh
if [ $# -eq 0 ]; then
  echo "usage: greet NAME" >&2
  exit 2
fi
echo "Hello, $1!"
END
chmod 755 /root/.local/bin/greet
