"""The nouns of the domain; each room also holds its querysets."""

from .amendment import Amendment, with_wording
from .assignment import Assignment
from .demonstration import Demonstration, demonstration_mark
from .draft import Draft
from .evidence import Evidence
from .export import Export, ExportChoice, ExportPiece, left_out_by
from .extension import Extension
from .indicator import Indicator, IndicatorValue
from .involved import units_involved, units_of
from .measure import Measure
from .milestone import Milestone, MilestoneEntry
from .period import Period
from .plan import Plan, Section, SourceNote
from .plan_archive import PlanArchive
from .plan_document import PlanDocument
from .receipt import Receipt
from .report import Report
from .review import Review
from .rule import Rule
from .snapshot import Frozen, Snapshot
from .upload import Upload, UploadedFile, UploadedRow
from .words import WORDS, Words

__all__ = [
    "WORDS",
    "Amendment",
    "Assignment",
    "Demonstration",
    "Draft",
    "Evidence",
    "Export",
    "ExportChoice",
    "ExportPiece",
    "Extension",
    "Frozen",
    "Indicator",
    "IndicatorValue",
    "Measure",
    "Milestone",
    "MilestoneEntry",
    "Period",
    "Plan",
    "PlanArchive",
    "PlanDocument",
    "Receipt",
    "Report",
    "Review",
    "Rule",
    "Section",
    "Snapshot",
    "SourceNote",
    "Upload",
    "UploadedFile",
    "UploadedRow",
    "Words",
    "demonstration_mark",
    "left_out_by",
    "units_involved",
    "units_of",
    "with_wording",
]
