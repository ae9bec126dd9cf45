find /work/conf -name '*.ini' -exec sed -i '/^\[staging\]$/,/^$/ s/^port = .*/port = 9443/' {} +
