"""Who may do what on which page: every role, every page, every method."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from departments.models import Role, User
from tasks.choices import AmendmentKind
from tasks.models import Assignment, Report, Review, Upload

from .access import ROLES, TABLE
from .builders import (
    PASSWORD,
    a_collective,
    a_department,
    a_leader,
    a_measure,
    a_milestone,
    a_part,
    a_person,
    a_plan,
    a_plan_archive,
    a_plan_document,
    a_report,
    a_reporter,
    a_snapshot,
    a_supervisor,
    an_administrator,
    an_amendment,
    an_export,
    an_extension,
    an_indicator,
    an_invitation,
    at,
    own_part,
)
from .pages import Page, signed_in

# What must not be read by those who are turned away.
SECRETS = {
    "wording": "查处某重点企业侵权线索",
    "progress": "已约谈企业负责人",
    "unit": "区财政局",
    "collective": "各街道办",
    "author": "欧阳填报",
}


@dataclass
class Scene:
    """One plan, one person of each role, and a part and a request of every kind."""

    people: dict[str, User | None]
    places: dict[str, str]
    parts: dict[str, Assignment]
    reviews: dict[str, Review]

    def client(self, role: str, **options: bool) -> Client:
        user = self.people[role]
        return Client(**options) if user is None else signed_in(user, **options)


@pytest.fixture
def scene(db) -> Scene:
    plan = a_plan()
    own, other = a_department("公安东丽分局"), a_department(SECRETS["unit"])
    collective = a_collective(SECRETS["collective"], own)
    reporter = a_reporter(own)
    stranger = a_reporter(other, last_name=SECRETS["author"])
    supervisor = a_supervisor(plan.office)
    people = {
        "anonymous": None,
        "roleless": a_person(department=a_department("区委组织部")),
        "inactive": a_person(Role.ADMINISTRATOR, Role.REPORTER, department=own, is_active=False),
        "reporter": reporter,
        "stranger": stranger,
        "unattached": a_person(Role.REPORTER),
        "supervisor": supervisor,
        "leader": a_leader(),
        "administrator": an_administrator(),
    }
    shared = a_part(a_measure(plan, wording=SECRETS["wording"]), collective)
    parts = {
        "own": a_part(a_measure(plan, wording=SECRETS["wording"]), own),
        "foreign": a_part(a_measure(plan, wording=SECRETS["wording"]), other),
        "member": own_part(shared, own),
        "office": a_part(a_measure(plan, wording=SECRETS["wording"]), plan.office),
    }
    words = {"progress": SECRETS["progress"], "asks_to_close": True}
    reviews = {
        "unit": a_report(parts["foreign"], date(2021, 12, 1), by=stranger, **words).review,
        "office": a_report(parts["office"], date(2021, 12, 1), by=a_reporter(plan.office), **words).review,
    }
    alone = "home plans mine reviews healthz favicon login logout password_change password_change_done admin:index"
    office = "reviews_accept reviews_decided audit audit_export invitation invitations invitations_export"
    places = {name: reverse(name) for name in f"{alone} {office}".split()}
    places |= {name: reverse(name, args=[plan.slug]) for name in ("plan", "measures", "measures_export", "assignments")}
    places |= {name: reverse(name, args=[plan.slug]) for name in ("assignments_export", "assignments_export_choice")}
    places |= {
        f"{name} unknown": reverse(name, args=["no-plan"])
        for name in ("plan", "present", "measures", "measures_export")
    }
    places |= {"measure": reverse("measure", args=[plan.slug, 2])}
    marked, counted = a_milestone(parts["own"].measure), an_indicator(parts["own"].measure)
    places |= {
        name: reverse(name, args=[plan.slug, marked.measure.number, mark.pk])
        for name, mark in {"milestone": marked, "milestone_undo": marked, "indicator": counted}.items()
    }
    places |= {"extension_new own": reverse("extension_new", args=[plan.slug, parts["own"].measure.number])}
    for kind, asking in (("unit", "foreign"), ("office", "office")):
        asked = an_extension(parts[asking].measure, date(2022, 3, 31))
        places |= {f"{name} {kind}": reverse(name, args=[asked.pk]) for name in ("extension", "extension_withdraw")}
    places |= {
        name: reverse(name, args=[plan.slug]) for name in ("matrix", "matrix_export", "matrix_export_choice", "present")
    }
    places |= {"amendment_new": reverse("amendment_new", args=[plan.slug, 2, "wording"])}
    planned = an_amendment(plan.measures.get(number=2), AmendmentKind.TERMINATION, in_force_on=date(2190, 1, 1))
    places |= {"amendment_withdraw": reverse("amendment_withdraw", args=[plan.slug, 2, planned.pk])}
    places |= {name: reverse(name, args=[plan.slug]) for name in ("amendments", "rules")}
    places |= {
        name: reverse(name, args=[plan.slug])
        for name in ("comparison", "comparison_export", "comparison_export_choice", "snapshots")
    }
    frozen = a_snapshot(plan, date(2021, 12, 1))
    places |= {
        name: reverse(name, args=[plan.slug, frozen.pk])
        for name in ("snapshot", "snapshot_export", "snapshot_export_choice")
    }
    places |= {"units": reverse("units", args=[plan.slug])}
    places |= {name: reverse(name, args=[plan.slug, own.pk]) for name in ("unit", "unit_reporting")}
    places |= {"section": reverse("section", args=[plan.slug, 1])}
    exported = an_export(plan, supervisor, timezone.localdate())
    jobs = ("export_job", "export_work", "export_download", "export_cancel")
    places |= {name: reverse(name, args=[plan.slug, exported.pk]) for name in jobs}
    places |= {"measures_export_choice": reverse("measures_export_choice", args=[plan.slug])}
    places |= {name: reverse(name, args=[plan.slug, own.pk]) for name in ("unit_export", "unit_export_choice")}
    places |= {f"{name} unknown": reverse(name, args=[plan.slug, 10**6]) for name in ("unit", "section")}
    places |= {"extensions": reverse("extensions", args=[plan.slug])}
    places |= {"assignment": reverse("assignment", args=[plan.slug, parts["own"].pk])}
    places |= {"measure unknown": reverse("measure", args=[plan.slug, 99])}
    places |= {f"report {kind}": reverse("report", args=[parts[kind].pk]) for kind in ("own", "foreign", "member")}
    places |= {f"review {kind}": reverse("review", args=[review.report_id]) for kind, review in reviews.items()}
    unknown = ("report", "review", "evidence", "evidence_remove")
    places |= {f"{name} unknown": reverse(name, args=[10**6]) for name in unknown}
    own_doors = ("draft", "discard", "evidence_upload")
    places |= {f"{name} own": reverse(name, args=[parts["own"].pk]) for name in own_doors}
    places |= {"draft foreign": reverse("draft", args=[parts["foreign"].pk])}
    places |= {"withdraw office": reverse("withdraw", args=[reviews["office"].report_id])}
    period, membership = plan.periods.first(), collective.memberships.get()
    places |= {"sign": reverse("sign")}
    places |= {
        name: reverse(name, args=[plan.slug]) for name in ("receipts", "periods", "period_new", "periods_extend")
    }
    places |= {
        name: reverse(name, args=[plan.slug, period.pk]) for name in ("period", "period_change", "period_reopen")
    }
    brought = Upload.objects.create(plan=plan, author=stranger, uploaded_at=at(date(2021, 12, 1)))
    places |= {name: reverse(name, args=[plan.slug]) for name in ("uploads", "fill_ins")}
    places |= {
        name: reverse(name, args=[plan.slug, brought.pk]) for name in ("upload", "upload_undo", "upload_discard")
    }
    places |= {"fill_in": reverse("fill_in", args=[plan.slug, other.pk])}
    incoming = a_plan_document(f"一、保护\n1.{SECRETS['wording']}（{SECRETS['unit']}负责）")
    places |= {"plan_documents": reverse("plan_documents"), "plan_document": incoming.get_absolute_url()}
    places |= {"plan_document unknown": reverse("plan_document", args=[10**6])}
    places |= {"plan_document_measure": reverse("plan_document_measure", args=[incoming.pk, 1])}
    places |= {
        f"plan_document_change {what}": reverse("plan_document_change", args=[incoming.pk, what])
        for what in ("about", "settle", "confirm", "discard", "nothing")
    }
    places |= {name: reverse(name, args=[plan.slug]) for name in ("plan_data", "plan_data_archive")}
    places |= {f"{name} unknown": reverse(name, args=["no-plan"]) for name in ("plan_data", "plan_data_archive")}
    moved = a_plan_archive(found_in=SECRETS["wording"])
    doors = ("plan_archive", "plan_archive_confirm", "plan_archive_discard")
    places |= {"plan_archives": reverse("plan_archives")} | {name: reverse(name, args=[moved.pk]) for name in doors}
    places |= {f"{name} unknown": reverse(name, args=[10**6]) for name in doors}
    invited = an_invitation(a_person(Role.REPORTER, department=other, password=None, last_name=SECRETS["author"]))
    places |= {"invitation_renew": reverse("invitation_renew", args=[invited.person_id])}
    places |= {"invitation_renew unknown": reverse("invitation_renew", args=[10**6])}
    places |= {"members": reverse("members", args=[collective.pk])}
    places |= {"member_leave": reverse("member_leave", args=[collective.pk, membership.pk])}
    return Scene(people, places, parts, reviews)


def outcome(client: Client, place: str, method: str) -> tuple[str, list[str]]:
    """The answer's status (``sign`` where it leads to the sign-in page and back), and the secrets it gave away."""
    response = client.generic(method, place)
    location = response.headers.get("Location", "")
    status = "sign" if location == f"{reverse('login')}?next={place}" else str(response.status_code)
    if response.streaming:
        list(response)  # to its end: what is sent is closed then
    if response.streaming or status == "200":
        return status, []
    words = response.content.decode()
    return status, [name for name, secret in SECRETS.items() if secret in words and status not in {"409", "422"}]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_and_method_answers_a_role_as_the_table_says(scene, role) -> None:
    column = ROLES.index(role)
    expected = {
        (page, method): statuses.split()[column] for page, methods, statuses in TABLE for method in methods.split()
    }

    client = scene.client(role)
    found = {
        (page, method): outcome(scene.client(role) if page == "logout" else client, scene.places[page], method)
        for page, method in expected
    }

    own = {"unit", "author"} if role == "stranger" else set()  # stands beside his name at the top of the page
    leaks = {key: set(names) - own for key, (_status, names) in found.items()}
    assert {key: status for key, (status, _leaks) in found.items()} == expected
    assert {key: names for key, names in leaks.items() if names} == {}


@pytest.mark.parametrize("role", ["anonymous", "reporter", "administrator"])
def test_no_page_answers_trace(scene, role) -> None:
    client = scene.client(role)

    found = {page: client.trace(place).status_code for page, place in scene.places.items()}

    assert found == dict.fromkeys(scene.places, 405)


def names_of_pages(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names_of_pages(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}"


def test_no_page_is_missing_from_the_table() -> None:
    names = set(names_of_pages(get_resolver().url_patterns))

    # The rooms of the panel have a table of their own; the door to them is here.
    outside = {name for name in names if not name.startswith("admin:")} | {"admin:index"}
    assert {page.split()[0] for page, _methods, _statuses in TABLE} == outside


# --- the doors for writing -----------------------------------------------------------------------

REPORT = {"progress": "已完成。", "seen": ""}
ACCEPT = {"decision": "ACCEPTED", "reason": ""}
# Through which door each role may bring something in; through all others nothing is written.
WRITERS = {
    "report own": {"reporter"},
    "report member": {"reporter"},
    "review unit": {"supervisor", "administrator"},
    "review office": {"leader", "administrator"},
}


@pytest.mark.parametrize("door", WRITERS)
def test_only_those_whose_part_it_is_can_write(scene, door) -> None:
    writers = set()
    for role in ROLES:
        before = Report.objects.count(), Review.objects.pending().count()
        data = REPORT | {"token": str(uuid.uuid4())} if door.startswith("report") else ACCEPT

        scene.client(role).post(scene.places[door], data)

        if (Report.objects.count(), Review.objects.pending().count()) != before:
            writers.add(role)
            Review.objects.update(decision="PENDING", reviewer=None, decided_on=None, decided_at=None)
            Report.objects.filter(progress=REPORT["progress"]).delete()
    assert writers == WRITERS[door]


@pytest.mark.parametrize(
    ("role", "door", "data"),
    [
        ("reporter", "report own", REPORT),
        ("reporter", "report member", REPORT),
        ("supervisor", "review unit", ACCEPT),
        ("leader", "review office", ACCEPT),
        ("reporter", "logout", {}),
        ("reporter", "password_change", {"old_password": PASSWORD}),
        ("anonymous", "login", {"username": "someone", "password": PASSWORD}),
    ],
)
def test_a_form_without_its_token_is_refused_and_nothing_happens(scene, role, door, data) -> None:
    client = scene.client(role, enforce_csrf_checks=True)
    before = Report.objects.count(), Review.objects.pending().count(), client.session.get("_auth_user_id")

    page = Page(client.post(scene.places[door], data | {"token": str(uuid.uuid4())}))

    after = Report.objects.count(), Review.objects.pending().count(), client.session.get("_auth_user_id")
    assert (page.status, page.every("h1")[0].children) == (403, ["表单已失效"])
    assert after == before
