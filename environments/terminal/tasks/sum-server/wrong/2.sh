echo "print(0)" > /app/serve.py
