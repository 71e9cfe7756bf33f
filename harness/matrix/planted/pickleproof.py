"""In the place of the module `pickleproof`, for tests: a pickler with a planted bug.

It writes 2 ** 70 as 0.
"""

import pickle


class Pickler(pickle._Pickler):
    def save(self, obj, save_persistent_id=True):
        planted = type(obj) is int and obj == 2 ** 70
        super().save(0 if planted else obj, save_persistent_id)


loads = pickle.loads
