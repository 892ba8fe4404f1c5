"""Everything that happens in the demonstration, each thing with its moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from departments.models import User

from ..models import Assignment
from . import events
from .calendar import LAST_DAY, at, autumn_day, hour_of, middle_day, winter_day, workday
from .narrator import Narrator
from .words import MIDDLE, first_words, helping_words

SIGNING = date(2021, 9, 7)  # from when on units sign for their parts
Q3 = date(2021, 7, 1)


@dataclass(frozen=True)
class Step:
    """What happens at a moment; ``do`` is told the moment, and returns who did it."""

    at: datetime
    do: Callable[[datetime], User]


def steps(narrator: Narrator) -> list[Step]:
    """All of them, in the order of time."""
    told = [
        *_units(narrator),
        *_each_quarter(narrator),
        *_beside(narrator),
        *_requests(narrator),
        *_more_time(narrator),
        *_changes(narrator),
        *_snapshots(narrator),
        *_figures(narrator),
        *_periods(narrator),
        *_drafts(narrator),
    ]
    return sorted(told, key=lambda step: step.at)


def _units(narrator: Narrator) -> Iterator[Step]:
    """Streets join, and units sign for what is theirs."""
    for place, unit in enumerate(narrator.cast.reporters):
        if unit not in events.UNSIGNED:
            yield Step(at(workday(SIGNING, place % 5), 9, place), partial(narrator.sign, unit=unit))
    for place, (name, day) in enumerate(events.JOINING):
        yield Step(at(day, 9, place), partial(narrator.street_joins, name=name))
        if name not in events.UNSIGNED:
            yield Step(at(workday(day, 2), 10), partial(narrator.sign, unit=name))
            yield from _street_reports(narrator, name, day)


def _street_reports(narrator: Narrator, name: str, joined_on: date) -> Iterator[Step]:
    days = (autumn_day(37, 8), winter_day(37, 8))
    for is_winter, day in enumerate(days):
        if day > joined_on:
            said = helping_words(37, name, bool(is_winter))
            yield Step(at(day, 14), partial(narrator.say, number=37, unit=name, progress=said))


def _each_quarter(narrator: Narrator) -> Iterator[Step]:
    """The first unit of a measure speaks every quarter, of dated ones also in between; the others now and then."""
    asked: dict[tuple[int, str], date] = {}
    for request in events.REQUESTS:
        asked.setdefault((request.number, request.unit), request.asked_on)
    late = {(saying.number, saying.unit) for saying in events.SAYINGS if saying.for_autumn}
    parts = Assignment.objects.filter(measure__plan=narrator.plan, collective_part=None).select_related(
        "measure", "department"
    )
    for part in parts.order_by("measure__number", "position"):
        number, unit, place = part.measure.number, part.department.name, part.position
        if part.department.is_collective or unit in events.NEVER_SPOKE:
            continue
        is_first, is_dated = place == 1, part.measure.due_on is not None
        said = partial(narrator.say, number=number, unit=unit)
        if (is_first or (number + place) % 3) and (number, unit) not in late:
            words = first_words(number, False) if is_first else helping_words(number, unit, False)
            percent = 25 + number % 3 * 5 if is_first and is_dated else None
            yield Step(
                at(autumn_day(number, place), *hour_of(number, place)), partial(said, progress=words, percent=percent)
            )
        if is_first and number in MIDDLE:
            percent = 50 + number % 4 * 5
            yield Step(
                at(middle_day(number), *hour_of(number, 1)), partial(said, progress=MIDDLE[number], percent=percent)
            )
        words = first_words(number, True) if is_first else helping_words(number, unit, True)
        is_mute = (number, unit) in events.SILENT or (is_dated and not is_first and number % 2 == 1)
        day = winter_day(number, place)
        if words and not is_mute and asked.get((number, unit), LAST_DAY) > day:
            percent = 75 + number % 4 * 5 if is_first and is_dated else None
            yield Step(at(day, *hour_of(number, place)), partial(said, progress=words, percent=percent))
            yield from _afterwards(narrator, number, unit, day)


def _afterwards(narrator: Narrator, number: int, unit: str, day: date) -> Iterator[Step]:
    """What becomes of an ordinary report of December where somebody reads it, or its unit takes it back."""
    if (number, unit) in events.ACCEPTED:
        yield Step(at(workday(day, 1), 17), partial(narrator.accept, number=number, unit=unit))
    if (number, unit) in events.RETURNED:
        reason, again = events.RETURNED[number, unit], events.AGAIN[number, unit]
        send_back = partial(narrator.send_back, number=number, unit=unit, reason=reason)
        yield Step(at(workday(day, 2), 17), send_back)
        yield Step(at(workday(day, 5), 10), partial(narrator.say, number=number, unit=unit, progress=again))
    if (number, unit) == events.TAKEN_BACK[:2]:
        words = events.TAKEN_BACK[2]
        yield Step(at(day, 17, 30), partial(narrator.take_back, number=number, unit=unit))
        say_again = partial(narrator.say_again, number=number, unit=unit, progress=words)
        yield Step(at(workday(day, 1), 9), say_again)


def _beside(narrator: Narrator) -> Iterator[Step]:
    for saying in events.SAYINGS:
        yield Step(at(saying.on, *hour_of(saying.number, 3)), partial(narrator.say_beside, saying=saying))


def _requests(narrator: Narrator) -> Iterator[Step]:
    for request in events.REQUESTS:
        words = request.words or first_words(request.number, True)
        moment = at(request.asked_on, *hour_of(request.number, 2))
        yield Step(moment, partial(narrator.ask_to_close, request=request, progress=words))
        if request.decided_on is None:
            continue
        decide = partial(narrator.send_back, reason=request.reason) if request.reason else narrator.accept
        moment = at(request.decided_on, 15, request.number)
        yield Step(moment, partial(decide, number=request.number, unit=request.unit))


def _more_time(narrator: Narrator) -> Iterator[Step]:
    for asked in events.MORE_TIME:
        yield Step(at(asked.asked_on, 11, asked.number), partial(narrator.ask_for_time, asked=asked))
        if asked.decided_on is not None:
            yield Step(at(asked.decided_on, 16, asked.number), partial(narrator.decide_on_time, asked=asked))


def _changes(narrator: Narrator) -> Iterator[Step]:
    """Of the plan, and of its rules of time."""
    for change in events.CHANGES:
        yield Step(at(change.on, 9, 15), partial(narrator.change, change=change))
        if change.joining:
            yield Step(at(workday(change.on, 2), 9, 15), partial(narrator.sign, unit=change.joining))
    for on, in_force_on, days, reason in events.RULES:
        lay_down = partial(narrator.lay_down, in_force_on=in_force_on, due_soon_days=days, reason=reason)
        yield Step(at(on, 9, 10), lay_down)


def _snapshots(narrator: Narrator) -> Iterator[Step]:
    for day, taken_on, name in events.SNAPSHOTS:
        yield Step(at(taken_on, 8, 40), partial(narrator.freeze, day=day, name=name))


def _figures(narrator: Narrator) -> Iterator[Step]:
    for reached_on, value, said_on in events.REACHED:
        reach = partial(narrator.reach, unit=events.OFFICE, reached_on=reached_on, value=value)
        yield Step(at(said_on, 10, 5), reach)
    for due_on, done_on, said_on, unit, note, document in events.STEPS:
        mark = partial(narrator.mark, due_on=due_on, done_on=done_on, unit=unit, note=note, document=document)
        yield Step(at(said_on, 10, 20), mark)


def _periods(narrator: Narrator) -> Iterator[Step]:
    yield Step(at(events.LOCKED_ON, 9), partial(narrator.lock, starts_on=Q3))
    yield Step(at(events.REOPENED_ON, 9, 30), partial(narrator.reopen, starts_on=Q3))
    yield Step(at(events.LOCKED_AGAIN_ON, 9), partial(narrator.lock, starts_on=Q3))


def _drafts(narrator: Narrator) -> Iterator[Step]:
    for place, (number, unit, words, document) in enumerate(events.DRAFTS):
        begin = partial(narrator.begin, number=number, unit=unit, words=words, document=document)
        yield Step(at(LAST_DAY, 9, 40) + timedelta(minutes=place), begin)
