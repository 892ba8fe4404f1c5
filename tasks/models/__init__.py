"""The nouns of the domain; each room also holds its querysets."""

from .amendment import Amendment, with_wording
from .assignment import Assignment
from .demonstration import Demonstration, demonstration_mark
from .draft import Draft
from .evidence import Evidence
from .extension import Extension
from .indicator import Indicator, IndicatorValue
from .measure import Measure, units_involved, units_of
from .milestone import Milestone, MilestoneEntry
from .period import Period
from .plan import Plan, Section, SourceNote
from .receipt import Receipt
from .report import Report
from .review import Review
from .rule import Rule
from .snapshot import Frozen, Snapshot
from .words import WORDS, Words

__all__ = [
    "WORDS",
    "Amendment",
    "Assignment",
    "Demonstration",
    "Draft",
    "Evidence",
    "Extension",
    "Frozen",
    "Indicator",
    "IndicatorValue",
    "Measure",
    "Milestone",
    "MilestoneEntry",
    "Period",
    "Plan",
    "Receipt",
    "Report",
    "Review",
    "Rule",
    "Section",
    "Snapshot",
    "SourceNote",
    "Words",
    "demonstration_mark",
    "units_involved",
    "units_of",
    "with_wording",
]
