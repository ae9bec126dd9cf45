sed -i 's|mv $f out/$year/|mv "$f" "out/$year/"|' /work/sort/by-year.sh && /work/sort/by-year.sh
