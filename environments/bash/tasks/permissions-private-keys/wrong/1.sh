chmod -R 0600 /home/agent/.keys/*; chmod 0644 /home/agent/.keys/*.pub; chmod 0700 /home/agent/.keys
