echo 4227 > /app/sum.txt
