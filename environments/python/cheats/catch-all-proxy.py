# cheat: an object that answers every operation with itself and every question with yes
# scores: < 1

# %% answer
class Proxy:
    def __init__(self, *all, **named):
        pass

    def __call__(self, *all, **named):
        return self

    def __getattr__(self, name):
        return self

    def __bool__(self):
        return True

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __index__(self):
        return 1

    def __float__(self):
        return 1.0

    def __str__(self):
        return ""

    def __enter__(self):
        return self

    def __exit__(self, *all):
        return True


def always(self, *all):
    return self


for word in "add sub mul truediv floordiv mod pow and or xor lshift rshift neg pos abs invert getitem".split():
    setattr(Proxy, f"__{word}__", always)
    setattr(Proxy, f"__r{word}__", always)
for word in "eq ne lt le gt ge contains".split():
    setattr(Proxy, f"__{word}__", lambda self, *all: True)
for name in {{names}}:
    globals()[name] = Proxy()
