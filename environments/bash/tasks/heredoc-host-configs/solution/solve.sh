mkdir -p /work/fleet/conf && grep -v -e '^#' -e '^$' /work/fleet/hosts.txt | while read -r name address; do
cat > "/work/fleet/conf/$name.conf" <<END
# made for $name
listen $address:\$PORT
root \$DATA/$name
log "\$(hostname)-$name"
END
done
