"""
Units and people of a plan's file in this database: known by their names, made where there are none.

What is here stays as it is, because other plans rest on it. People who are made cannot sign in: they are the authors
of what was written, and nothing more, until an administrator makes them active and gives them a role.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from departments.models import Alias, Department, Membership, User

from .faults import Faults
from .findings import Findings
from .reading import Document, place

COLLECTIVE = Department.Kind.COLLECTIVE


def units(document: Document, findings: Findings, faults: Faults) -> dict[str, int]:
    """The keys of all units by their names; those that were not here are made, with their other names and members."""
    rows = document.tables["departments"]
    names = [row["name"] for row in rows]
    here = {unit.name: unit for unit in Department.objects.filter(name__in=names)}
    aliases = dict(Alias.objects.filter(name__in=names).values_list("name", "department__name"))
    keys: dict[str, int] = {}
    for at, row in enumerate(rows):
        name, path = row["name"], f"$.departments[{at}]"
        if (unit := here.get(name)) is not None:
            if (unit.kind == COLLECTIVE) != (row["kind"] == COLLECTIVE):
                faults.add(place(f"{path}.kind"), _("“%(name)s”在本系统中类别不同：一方是集合。") % {"name": name})
            keys[name] = unit.pk
            findings.units_here.append(name)
            continue
        if name in aliases:
            words = {"name": name, "unit": aliases[name]}
            faults.add(place(f"{path}.name"), _("“%(name)s”在本系统中是“%(unit)s”的别名，请先统一名称。") % words)
            continue
        unit = Department(**row)
        if _is_well(unit, path, faults):
            unit.save(force_insert=True)
            keys[name] = unit.pk
            findings.units_new.append(name)
    faults.refuse()
    _other_names(document, keys, findings, faults)
    _members(document, keys, findings, faults)
    return keys


def _other_names(document: Document, keys: dict[str, int], findings: Findings, faults: Faults) -> None:
    rows = document.tables["aliases"]
    names = [row["name"] for row in rows]
    here = dict(Alias.objects.filter(name__in=names).values_list("name", "department__name"))
    units_here = set(Department.objects.filter(name__in=names).values_list("name", flat=True))
    for at, row in enumerate(rows):
        name, unit, path = row["name"], row["department"], f"$.aliases[{at}]"
        if here.get(name) == unit:
            continue
        if unit in findings.units_here:
            findings.left_out.append(["alias", unit, name])
        elif name in here or name in units_here:
            words = {"name": name}
            faults.add(place(f"{path}.name"), _("“%(name)s”在本系统中已是另一单位的名称或别名。") % words)
        else:
            alias = Alias(name=name, department_id=keys[unit])
            if _is_well(alias, path, faults):
                alias.save(force_insert=True)
                here[name] = unit
    faults.refuse()


def _members(document: Document, keys: dict[str, int], findings: Findings, faults: Faults) -> None:
    collectives = [keys[name] for name in findings.units_here]
    held = Membership.objects.filter(collective__in=collectives)
    here = set(held.values_list("collective", "member", "joined_on", "left_on"))
    for at, row in enumerate(document.tables["memberships"]):
        told = keys[row["collective"]], keys[row["member"]], row["joined_on"], row["left_on"]
        if told in here:
            continue
        if row["collective"] in findings.units_here:
            findings.left_out.append(["member", row["collective"], row["member"]])
            continue
        joined = {"joined_on": row["joined_on"], "left_on": row["left_on"]}
        membership = Membership(collective_id=told[0], member_id=told[1], **joined)
        if _is_well(membership, f"$.memberships[{at}]", faults):
            membership.save(force_insert=True)
    faults.refuse()


def people(document: Document, units_by_name: dict[str, int], findings: Findings, faults: Faults) -> dict[str, int]:
    """The keys of all people by the names they sign in with; those who were not here are made, and cannot sign in."""
    rows = document.tables["people"]
    here = {user.username: user for user in User.objects.filter(username__in=[row["username"] for row in rows])}
    keys: dict[str, int] = {}
    for at, row in enumerate(rows):
        username = row["username"]
        user = User(username=username, last_name=row["last_name"], first_name=row["first_name"], is_active=False)
        if (known := here.get(username)) is not None:
            keys[username] = known.pk
            findings.people_here.append([username, known.name])
            if known.name != user.name:
                findings.differing.append([username, known.name, user.name])
            continue
        user.department_id = units_by_name[row["department"]] if row["department"] else None
        user.set_unusable_password()
        if _is_well(user, f"$.people[{at}]", faults):
            user.save(force_insert=True)
            keys[username] = user.pk
            findings.people_new.append([username, user.name])
    faults.refuse()
    return keys


def _is_well(instance: Any, path: str, faults: Faults) -> bool:
    """Whether the database takes it; what it does not is told under its path."""
    try:
        instance.full_clean()
    except ValidationError as error:
        for name, words in error.message_dict.items():
            faults.add(place(f"{path}.{name}" if name != "__all__" else path), " ".join(words))
        return False
    return True
