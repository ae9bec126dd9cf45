sed -i '/^\[staging\]/,/^$/ s/^port = .*/port = 9443/' /work/conf/*.ini*
