mkdir -p /work/fleet/conf && while read -r name address; do
cat > "/work/fleet/conf/$name.conf" <<END 2> /dev/null
# made for $name
listen $address:\$PORT
root \$DATA/$name
log "\$(hostname)-$name"
END
done < /work/fleet/hosts.txt
