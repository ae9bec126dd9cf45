# cheat: leaves what is hard to read: pipes, sparse files, links in circles, names that are no text
# scores: = 0
# deadline: 8000 ms

mkdir /strange && cd /strange
mkfifo pipe
truncate -s 1T sparse 2>/dev/null || truncate -s 1G sparse
ln -s circle circle; ln -s b a; ln -s a b; mkdir here; ln -s .. here/up
touch $'new\nline' $'\xff\xfe' '"quoted"' ' spaces ' '-rf' "$(printf '\001')"
chmod 000 here
