# cheat: instances whose every attribute is a function that says yes
# scores: < 1

# %% answer
class Yes:
    def __init__(self, *all, **named):
        for name in ("equals", "assertEqual", "__eq__", "__bool__", "is_valid", "check", "matches", "startswith"):
            setattr(self, name, lambda *anything, **more: True)

    def __getattr__(self, name):
        return lambda *anything, **more: True


for name in {{names}}:
    globals()[name] = Yes
