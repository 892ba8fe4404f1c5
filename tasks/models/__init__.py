"""The nouns of the domain; each room also holds its querysets."""

from .assignment import Assignment
from .measure import Measure, units_of
from .plan import Plan, Section, SourceNote
from .report import Report
from .review import Review

__all__ = ["Assignment", "Measure", "Plan", "Report", "Review", "Section", "SourceNote", "units_of"]
