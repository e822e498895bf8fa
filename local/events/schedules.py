"""EventBridge schedules: rules with a cron or rate expression fire when they are due, or at once when asked.

After the EventBridge User Guide, "Cron expressions" and "Rate expressions"; times are UTC.
"""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime, timedelta

from moto.events.models import Rule

from local.events.event_rules import EventBus, make_event
from local.process.context import CloudContext

_MONTHS = dict(JAN=1, FEB=2, MAR=3, APR=4, MAY=5, JUN=6, JUL=7, AUG=8, SEP=9, OCT=10, NOV=11, DEC=12)
_WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minutes", 0, 59, {}),
    ("hours", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 1, 7, _WEEKDAYS),
    ("year", 1970, 2199, {}),
)


class Schedules:
    def __init__(self, context: CloudContext, bus: EventBus) -> None:
        self._context = context
        self._bus = bus
        self._looked_at = datetime.now(UTC)
        self._rate_due: dict[str, datetime] = {}

    def start(self) -> None:
        threading.Thread(target=self._run, name="schedules", daemon=True).start()

    def fire(self, name: str) -> str:
        """Fires a schedule now. `name` is the rule's name or a part of it that only one scheduled rule has.

        Raises LookupError naming the scheduled rules when there is no such rule or more than one.
        """
        scheduled = [rule for rule in self._bus.rules() if rule.scheduled_expression]
        found = [rule for rule in scheduled if rule.name == name] or [rule for rule in scheduled if name in rule.name]
        if len(found) != 1:
            known = ", ".join(rule.name for rule in scheduled) or "none"
            raise LookupError(f"{len(found)} scheduled rules match {name!r}; scheduled rules: {known}")
        self._fire(found[0])
        return found[0].name

    def _run(self) -> None:
        while True:
            time.sleep(1)
            now = datetime.now(UTC)
            for rule in self._bus.rules():
                if rule.scheduled_expression:
                    try:
                        if self._is_due(rule, now):
                            self._fire(rule)
                    except ValueError as error:
                        self._context.activity.fail("schedules", f"rule {rule.name}: {error}")
            self._looked_at = now

    def _is_due(self, rule: Rule, now: datetime) -> bool:
        expression = str(rule.scheduled_expression)
        if expression.startswith("rate("):
            period = parse_rate(expression)
            due = self._rate_due.setdefault(rule.arn, now + period)
            if now >= due:
                self._rate_due[rule.arn] = due + period
                return True
            return False
        minute = now.replace(second=0, microsecond=0)
        return minute > self._looked_at and cron_matches(expression, minute)

    def _fire(self, rule: Rule) -> None:
        self._context.activity.say("schedules", f"firing {rule.name} ({rule.scheduled_expression})")
        self._bus.deliver(rule, make_event("aws.events", "Scheduled Event", {}, [rule.arn]))


def parse_rate(expression: str) -> timedelta:
    """`rate(5 minutes)` as a duration. Raises ValueError for anything else."""
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if not found or int(found[1]) < 1:
        raise ValueError(f"{expression!r} is not a rate: rate(N minutes|hours|days) with N of 1 or more")
    return timedelta(**{f"{found[2]}s": int(found[1])})


def cron_matches(expression: str, when: datetime) -> bool:
    """Whether a cron expression of six fields covers the minute `when`. Raises ValueError for what it cannot read."""
    found = re.fullmatch(r"cron\((.+)\)", expression)
    fields = found[1].split() if found else []
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{expression!r} is not a cron expression of six fields: minutes hours day month weekday year")
    weekday = when.isoweekday() % 7 + 1
    values = (when.minute, when.hour, when.day, when.month, weekday, when.year)
    return all(
        value in _numbers(text, low, high, names, what)
        for text, value, (what, low, high, names) in zip(fields, values, _FIELDS, strict=True)
    )


def _numbers(text: str, low: int, high: int, names: dict[str, int], what: str) -> set[int]:
    def number(word: str) -> int:
        value = names.get(word.upper()) or (int(word) if word.isdigit() else -1)
        if not low <= value <= high:
            raise ValueError(f"{what}: {word!r} is not between {low} and {high}; L, W and # are not known here")
        return value

    numbers: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        elif "-" in span:
            first, last = (number(end) for end in span.split("-"))
        else:
            first = number(span)
            last = high if step else first
        numbers.update(range(first, last + 1, int(step or 1)))
    return numbers
