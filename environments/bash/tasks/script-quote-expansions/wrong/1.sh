/work/sort/by-year.sh
