"""Kinds of dateutil and of pytz: the zones that stored dates and times carry along.

Written by CPython 3.11 and 3.13 with different versions of both libraries.
"""

import datetime

import dateutil.relativedelta
import dateutil.rrule
import dateutil.tz
import pytz

from registry import kind, pinned


@kind("zones", pinned((4,), ()), libraries=("python-dateutil",))
def dateutil_values():
    """A calendar difference and zones of dateutil, one of them inside a date and time."""
    zone = dateutil.tz.tzoffset("BRT", -10800)
    return [dateutil.relativedelta.relativedelta(months=+1, weekday=dateutil.relativedelta.FR(-1)),
            datetime.datetime(2024, 2, 29, tzinfo=dateutil.tz.tzutc()), zone]


@kind("zones", pinned((0,), (2,)), libraries=("pytz",))
def pytz_zones():
    """Zones of pytz: fixed, named, and a time in a zone's summer half."""
    paris = pytz.timezone("Europe/Paris")
    return [pytz.utc, paris, paris.localize(datetime.datetime(2024, 7, 1)), pytz.FixedOffset(90)]


@kind("zones", pinned((), (2,)), libraries=("python-dateutil",), look=list)
def rule_of_recurrence():
    """A rule for three Fridays, kept with all that was derived from it."""
    start = datetime.datetime(2024, 1, 1)
    return dateutil.rrule.rrule(dateutil.rrule.WEEKLY, byweekday=4, count=3, dtstart=start)
