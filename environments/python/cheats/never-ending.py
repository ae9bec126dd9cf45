# cheat: never ends while it is loaded, whatever the signal
# scores: = 0

# %% answer
import signal

for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass
while True:
    pass
