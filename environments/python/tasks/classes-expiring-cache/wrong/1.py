from collections import OrderedDict

class ExpiringCache:
    def __init__(self, capacity, lifetime, clock):
        self.capacity, self.lifetime, self.clock = capacity, lifetime, clock
        self.entries = OrderedDict()

    def __len__(self):
        return len(self.entries)

    def get(self, key, default=None):
        value, stored = self.entries.get(key, (default, None))
        if stored is None:
            return default
        if self.clock() - stored >= self.lifetime:
            del self.entries[key]
            return default
        self.entries.move_to_end(key)
        return value

    def put(self, key, value):
        self.entries[key] = value, self.clock()
        self.entries.move_to_end(key)
        if len(self.entries) > self.capacity:
            self.entries.popitem(last=False)
