"""
The way of a report, and its only home: draft → submitted → (withdrawn | returned → corrected) → accepted.

``TRANSITIONS`` is the whole of it: what is not in the table cannot happen. A report is never edited once it has been
submitted; a later one supersedes it, or corrects it where it was returned.
"""

from __future__ import annotations

from collections.abc import Mapping

from .choices import Decision, ReportAct, ReportState

S, A = ReportState, ReportAct

# (state, act) → every state the act may lead to. Which one of several it is depends on what needs acceptance.
TRANSITIONS: Mapping[tuple[ReportState, ReportAct], frozenset[ReportState]] = {
    (S.DRAFT, A.SAVE): frozenset({S.DRAFT}),
    (S.DRAFT, A.SUBMIT): frozenset({S.WAITING, S.IN_EFFECT}),
    (S.WAITING, A.WITHDRAW): frozenset({S.WITHDRAWN}),
    (S.WAITING, A.ACCEPT): frozenset({S.ACCEPTED, S.SUPERSEDED}),  # the unit may have said something newer meanwhile
    (S.WAITING, A.SEND_BACK): frozenset({S.RETURNED}),
    (S.WAITING, A.FOLLOW_UP): frozenset({S.WAITING}),  # progress may be told while a request waits
    (S.IN_EFFECT, A.WITHDRAW): frozenset({S.WITHDRAWN}),
    (S.IN_EFFECT, A.ACCEPT): frozenset({S.ACCEPTED}),
    (S.IN_EFFECT, A.SEND_BACK): frozenset({S.RETURNED}),
    (S.IN_EFFECT, A.FOLLOW_UP): frozenset({S.SUPERSEDED}),
    (S.RETURNED, A.FOLLOW_UP): frozenset({S.CORRECTED}),
    (S.WITHDRAWN, A.FOLLOW_UP): frozenset({S.WITHDRAWN}),
    (S.ACCEPTED, A.FOLLOW_UP): frozenset({S.SUPERSEDED}),
    (S.SUPERSEDED, A.FOLLOW_UP): frozenset({S.SUPERSEDED}),
    (S.CORRECTED, A.FOLLOW_UP): frozenset({S.CORRECTED}),
    # What took its place counts no more: the earlier word stands again as it stood.
    (S.SUPERSEDED, A.REINSTATE): frozenset({S.IN_EFFECT, S.ACCEPTED}),
    (S.CORRECTED, A.REINSTATE): frozenset({S.RETURNED}),
}

DECIDED = {
    Decision.PENDING.value: ReportState.WAITING,
    Decision.ACCEPTED.value: ReportState.ACCEPTED,
    Decision.RETURNED.value: ReportState.RETURNED,
    Decision.WITHDRAWN.value: ReportState.WITHDRAWN,
}


def allows(state: ReportState, act: ReportAct) -> bool:
    """Whether ``act`` may be done to a report in ``state``."""
    return (state, act) in TRANSITIONS


def state_of(decision: str | None, *, is_followed: bool) -> ReportState:
    """
    The state of a submitted report: from its review's decision (None: it has no review) and whether a later one of
    the same part has taken its place.
    """
    state = ReportState.IN_EFFECT if decision is None else DECIDED[decision]
    if is_followed:
        (state,) = TRANSITIONS[state, ReportAct.FOLLOW_UP]
    return state
