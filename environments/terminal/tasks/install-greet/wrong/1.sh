printf '#!/bin/sh\necho "Hello, $1!"\n' > /usr/local/bin/greet; chmod 755 /usr/local/bin/greet
