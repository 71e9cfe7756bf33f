"""Persistent classes for ZODB: each instance gets a record and an object identifier of its own."""

import persistent
import persistent.list


class Account(persistent.Persistent):
    """Refers to other persistent objects, which its record names by persistent id."""

    def __init__(self, owner):
        self.owner = owner
        self.history = persistent.list.PersistentList()
        self.friends = []
