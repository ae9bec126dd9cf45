while True:
    print('0 0 1 1 2 3 5 1 2 16 1 4800')
