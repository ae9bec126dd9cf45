printf 'case $1 in add) echo "$2" >> /app/notes.txt ;; list) cat -n /app/notes.txt ;; esac\n' > /app/notes.sh
