class ExpiringCache:
    def __init__(self, capacity, lifetime, clock):
        self._capacity = capacity
        self._lifetime = lifetime
        self._clock = clock
        # From the one used longest ago to the one used last.
        self._entries = {}

    def _drop_expired(self):
        now = self._clock()
        self._entries = {key: entry for key, entry in self._entries.items() if now - entry[1] < self._lifetime}
        return now

    def __len__(self):
        self._drop_expired()
        return len(self._entries)

    def get(self, key, default=None):
        self._drop_expired()
        if key not in self._entries:
            return default
        self._entries[key] = entry = self._entries.pop(key)
        return entry[0]

    def put(self, key, value):
        now = self._drop_expired()
        self._entries.pop(key, None)
        if len(self._entries) >= self._capacity:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (value, now)
