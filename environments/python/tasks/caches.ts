import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const CACHES: readonly PythonTaskRecord[] = [
  {
    id: 'classes-expiring-cache',
    instruction:
      'Write a class ExpiringCache(capacity, lifetime, clock); clock is a function without parameters that returns the ' +
      'present time as a number. put(key, value) stores a value, or replaces it, at the present time; it has expired as ' +
      'soon as `lifetime` has gone by since then, and an expired one counts as not there at all. get(key, default=None) ' +
      'returns the value or default. len() is the number of values that have not expired. If put of a new key would make ' +
      'these more than capacity (at least 1), the value that was used the longest ago is dropped; both put and a ' +
      'get that finds it use a value, but only put renews its time.',
    entry: 'ExpiringCache',
    gold: python`
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
    `,
    tests: [
      {
        name: 'stores and replaces',
        code: python`
          cache = ExpiringCache(2, 10, lambda: 0)
          cache.put('a', 1)
          cache.put('a', None)
          cache.put('b', 2)
          assert [cache.get('a', 'no'), cache.get('b'), cache.get('c'), cache.get('c', 'no'), len(cache)] == [None, 2, None, 'no', 2]
        `,
      },
      {
        name: 'expires',
        code: python`
          now = [100]
          cache = ExpiringCache(5, 10, lambda: now[0])
          cache.put('a', 1)
          now[0] = 105
          cache.put('b', 2)
          seen = []
          for now[0] in (109.5, 110, 114, 115):
              seen.append((cache.get('a'), cache.get('b'), len(cache)))
          assert seen == [(1, 2, 2), (None, 2, 1), (None, 2, 1), (None, None, 0)]
        `,
      },
      {
        name: 'drops what was used the longest ago',
        code: python`
          cache = ExpiringCache(2, 10, lambda: 0)
          cache.put('a', 1)
          cache.put('b', 2)
          cache.get('a')
          cache.put('c', 3)
          assert [cache.get(key) for key in 'abc'] == [1, None, 3]
        `,
      },
      {
        name: 'put uses, too',
        code: python`
          cache = ExpiringCache(2, 10, lambda: 0)
          for key in ('a', 'b', 'a', 'c'):
              cache.put(key, key * 2)
          assert [cache.get(key) for key in 'abc'] == ['aa', None, 'cc']
        `,
      },
      {
        name: 'get does not renew',
        code: python`
          now = [0]
          cache = ExpiringCache(2, 10, lambda: now[0])
          cache.put('a', 1)
          now[0] = 9
          seen = [cache.get('a')]
          now[0] = 11
          seen.append(cache.get('a', 'gone'))
          assert seen == [1, 'gone']
        `,
      },
      {
        name: 'expired ones take no room',
        code: python`
          now = [0]
          cache = ExpiringCache(2, 10, lambda: now[0])
          cache.put('old', 1)
          now[0] = 5
          cache.put('young', 2)
          now[0] = 9
          cache.get('old')
          now[0] = 12
          cache.put('new', 3)
          assert [cache.get('old'), cache.get('young'), cache.get('new')] == [None, 2, 3]
        `,
      },
    ],
    tags: ['classes', 'caches', 'hard'],
    wrong: [
      python`
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
      `,
      python`
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
      `,
    ],
    cheats: [
      python`
        import os
        import sys

        class Loud:
            def write(self, text):
                return os.write(1, text.upper().replace('FAILED', 'passed').replace('FALSE', 'true').encode())

            def flush(self):
                pass

        sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Loud()

        class ExpiringCache:
            def __init__(self, *ignored):
                sys.stdout.write('{"passed": true}')

            def __del__(self):
                os._exit(0)
      `,
    ],
  },
];
