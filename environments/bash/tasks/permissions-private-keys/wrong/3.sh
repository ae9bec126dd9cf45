find /home/agent/.keys -type d -exec chmod 0700 {} +; find /home/agent/.keys -type f -exec chmod 0600 {} +
