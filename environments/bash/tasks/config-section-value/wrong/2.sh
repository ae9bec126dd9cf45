find /work/conf -name '*.ini' -exec sed -i.bak '/^\[staging\]/,/^$/ s/^port = .*/port = 9443/' {} +
