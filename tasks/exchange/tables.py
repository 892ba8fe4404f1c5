"""All tables of a plan's file; docs/exchange.md describes them to people, and a test holds the two together."""

from __future__ import annotations

from .issued import ISSUED
from .recorded import RECORDED_TABLES

# In the order in which one refers to the other.
TABLES = ISSUED + RECORDED_TABLES
BY_NAME = {table.name: table for table in TABLES}

# Of tasks and departments, what no file holds.
LEFT_OUT = {
    "departments.Invitation": "opens the instance, and belongs to it",
    "departments.RosterImport": "a list on its way into this database, and belongs to it",
    "tasks.Draft": "has not been said yet, and counts nowhere",
    "tasks.Demonstration": "says that nothing in a database is real, and belongs to the database",
    "tasks.Export": "a workbook being made, gone after a day",
    "tasks.ExportPiece": "rows of a workbook being made",
    "tasks.ExportChoice": "what a person likes to see in workbooks, of whatever plan",
    "tasks.PlanArchive": "how a plan came into this database, and belongs to it",
}
