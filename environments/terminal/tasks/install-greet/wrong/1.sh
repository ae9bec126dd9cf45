mkdir -p /root/.local/bin; printf '#!/bin/sh\necho "Hello, $1!"\n' > /root/.local/bin/greet; chmod 755 /root/.local/bin/greet
