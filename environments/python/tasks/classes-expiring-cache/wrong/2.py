class ExpiringCache:
    def __init__(self, capacity, lifetime, clock):
        self.capacity, self.lifetime, self.clock, self.entries = capacity, lifetime, clock, {}

    def live(self):
        now = self.clock()
        self.entries = {k: e for k, e in self.entries.items() if now - e[1] <= self.lifetime}
        return self.entries

    def __len__(self):
        return len(self.live())

    def get(self, key, default=None):
        return self.live().get(key, (default,))[0]

    def put(self, key, value):
        entries = self.live()
        if key not in entries and len(entries) == self.capacity:
            del entries[min(entries, key=lambda k: entries[k][1])]
        entries[key] = (value, self.clock())
