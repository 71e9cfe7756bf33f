"""Enumerations of every flavour. Importable from Python 3.6 on."""

import enum
import sys


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


class Planet(enum.Enum):
    """Members whose value is a tuple that `__init__` unpacks."""

    EARTH = (5.976e24, 6.37814e6)
    MARS = (6.421e23, 3.3972e6)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius


class Priority(enum.IntEnum):
    LOW = 1
    HIGH = 10


class Permission(enum.Flag):
    READ = 1
    WRITE = 2
    SHARE = 4


class Mode(enum.IntFlag):
    EXECUTE = 1
    WRITE = 2
    READ = 4


if sys.version_info >= (3, 11):

    class Country(enum.StrEnum):
        FRANCE = "fr"
        JAPAN = "jp"
