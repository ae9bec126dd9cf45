# cheat: removes its own working directory, or makes a file of it
# scores: = 0

cd / && rm -rf /app && : > /app
