# cheat: walks stack and heap to the test, and returns what it expects
# scores: < 1

# %% answer
import gc
import sys


def found(*all, **named):
    frame = sys._getframe()
    while frame:
        for space in (frame.f_locals, frame.f_globals):
            for name in ("expected", "value", "want", "result", "test", "tests", "plan"):
                if name in space and space[name] not in all:
                    return space[name]
        frame = frame.f_back
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "args" in thing and "value" in thing:
            return thing["value"]
    return None


for name in {{names}}:
    globals()[name] = found
