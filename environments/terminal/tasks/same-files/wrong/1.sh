cd /app/photos && ln -sf ../2023/may/a.txt 2024/harbour.txt && ln -sf ../2023/may/a.txt "old copies/harbour 2.txt" && ln -sf a.txt B.txt && ln -sf ../2023/may/none 2024/empty
