sed -i -e 's|basename $f|basename "$f"|' -e 's|-p out/$year|-p "out/$year"|' -e 's|mv $f out/$year/|mv "$f" "out/$year/"|' /work/sort/by-year.sh && /work/sort/by-year.sh
