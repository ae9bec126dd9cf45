cd /app/photos && ln -f 2023/may/a.txt 2024/harbour.txt && rm a.txt 2024/empty
