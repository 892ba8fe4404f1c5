"""Which units have a part in a plan."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef

from departments.models import Department, DepartmentQuerySet

from .assignment import Assignment
from .measure import Measure
from .plan import Plan


def units_of(plan: Plan, day: date) -> DepartmentQuerySet:
    """
    The units that ``plan`` names on ``day``, each once.

    Asked unit by unit, which ends at the first responsibility found. The inner question is not a join, because
    SQLite would turn that round and go through all measures of the plan for every unit.
    """
    of_plan = Measure.objects.filter(pk=OuterRef("measure_id"), plan=plan)
    named = Assignment.objects.named(day).filter(Exists(of_plan), department=OuterRef("pk"))
    return Department.objects.filter(Exists(named))


def units_involved(plan: Plan) -> DepartmentQuerySet:
    """The units that ``plan`` names or has named, and those that had a part in it as members of a collective."""
    of_plan = Assignment.objects.filter(measure__plan=plan, department=OuterRef("pk"))
    return Department.objects.filter(Exists(of_plan))
