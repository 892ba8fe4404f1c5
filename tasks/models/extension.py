"""More time for a measure: a ledger of requests and what became of them; the issued deadline never changes."""

from __future__ import annotations

import uuid
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, DateField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..choices import Age, ExtensionState
from ..course import asked_between
from ..timeliness import IN_RANGE, NEVER, not_terminated
from ..validators import MAX_TEXT, printable
from .plan import Plan

# Who has been granted more time this often is listed by name.
REPEATED = 2


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def asked_by(self, day: date) -> ExtensionQuerySet:
        """Asked for by the end of ``day``."""
        return self.filter(asked_on__lte=day)

    def granted_by(self, day: date) -> ExtensionQuerySet:
        """Granted by the end of ``day``: those that move a deadline."""
        return self.filter(state=ExtensionState.APPROVED, decided_on__lte=day)

    def waiting_on(self, day: date) -> ExtensionQuerySet:
        """Asked for and not decided on or withdrawn by the end of ``day``."""
        return self.asked_by(day).filter(Q(decided_on__isnull=True) | Q(decided_on__gt=day))

    def to_decide(self, day: date) -> ExtensionQuerySet:
        """Those of ``waiting_on`` that still matter: of measures not terminated, and with a deadline still."""
        dated = Q(measure__ongoing_from__isnull=True) | Q(measure__ongoing_from__gt=day)
        return self.waiting_on(day).filter(dated, not_terminated(day, "measure__"))

    def decided_as(self, day: date, state: str) -> ExtensionQuerySet:
        """Those that stood in ``state`` at the end of ``day``; pending are those that somebody had to decide on."""
        if state == ExtensionState.PENDING:
            return self.to_decide(day)
        return self.filter(state=state, decided_on__lte=day)

    def of_plan(self, plan: Plan, day: date) -> ExtensionQuerySet:
        """All that had been asked for in ``plan`` by the end of ``day``."""
        return self.asked_by(day).filter(measure__plan=plan)

    def asked_for_by(self, unit: Department) -> ExtensionQuerySet:
        return self.filter(department=unit)

    def asked_late(self) -> ExtensionQuerySet:
        """Those asked for when the deadline then in force was over (逾期后申请)."""
        return self.filter(asked_on__gt=F("from_due_on"))

    def narrowed(
        self, day: date, *, state: str = "", repeated: bool = False, age: Age | None = None
    ) -> ExtensionQuerySet:
        """
        Those that stood in ``state``, and those that had been asked for ``age`` ago; with ``repeated`` those of
        measures whose deadline was moved repeatedly.
        """
        rows = self.decided_as(day, state) if state else self
        if age is not None:
            rows = rows.filter(asked_on__range=asked_between(day, age))
        if not repeated:
            return rows
        granted = Extension.objects.granted_by(day).order_by().values("measure")
        often = granted.annotate(number=models.Count("pk")).filter(number__gte=REPEATED).values("measure")
        return rows.filter(measure__in=often)

    def with_request(self) -> ExtensionQuerySet:
        """With all that is shown of a request, and asked of it before a decision."""
        return self.select_related(
            "measure__plan", "measure__section", "department", "author", "reviewer"
        ).prefetch_related("measure__assignments")

    def in_order(self) -> ExtensionQuerySet:
        """The chain of each measure, as it came about."""
        return self.order_by("measure__plan_id", "measure__number", "asked_at", "pk")


class Extension(models.Model):
    """
    A request to move the deadline of a measure (延期), and the decision on it.

    Asked for by ``actions.extension.ask``, decided on once by ``approve`` or ``refuse``, or taken back by
    ``withdraw``; never changed otherwise. Only a granted one moves the deadline in force, from the day of the decision.
    """

    measure = models.ForeignKey(
        "tasks.Measure",
        on_delete=models.PROTECT,
        related_name="extensions",
        db_index=False,  # the index below begins with it
        verbose_name=_("任务"),
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("申请单位")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("申请人")
    )
    is_recorded_for_another = models.BooleanField(_("代录"), default=False, help_text=_("申请人当时不属于申请单位。"))
    asked_on = models.DateField(_("申请日期"))
    asked_at = models.DateTimeField(_("申请时间"))
    from_due_on = models.DateField(_("申请时的完成时限"), help_text=_("申请当日有效的完成时限。"))
    due_on = models.DateField(_("申请延期至"), validators=IN_RANGE)
    reason = models.TextField(_("延期理由"), validators=[printable, MaxLengthValidator(MAX_TEXT)])
    progress = models.TextField(_("目前进展"), validators=[printable, MaxLengthValidator(MAX_TEXT)])
    state = models.CharField(_("审核结果"), max_length=9, choices=ExtensionState, default=ExtensionState.PENDING)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # nobody yet
        blank=True,
        related_name="+",
        verbose_name=_("审核人"),
    )
    decided_on = models.DateField(_("审核日期"), null=True, blank=True)  # NULL while it waits
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    opinion = models.TextField(_("审核意见"), blank=True, validators=[printable, MaxLengthValidator(MAX_TEXT)])
    document_number = models.CharField(
        _("批准文号"), max_length=60, blank=True, validators=[printable], help_text=_("有批准文件的填写，可不填。")
    )
    token = models.UUIDField(
        _("提交标识"), default=uuid.uuid4, unique=True, editable=False, help_text=_("同一份表单只能记录一次。")
    )

    objects = ExtensionQuerySet.as_manager()

    is_moot: bool  # set by a page for the day that it shows, see is_moot_on()

    class Meta:
        verbose_name = _("延期申请")
        verbose_name_plural = _("延期申请")
        ordering = ("-asked_at", "-pk")
        indexes = (models.Index(fields=("measure", "state", "decided_on", "due_on"), name="extension_of_measure"),)
        constraints = (
            models.UniqueConstraint(
                fields=("measure",),
                condition=Q(state=ExtensionState.PENDING),
                name="extension_one_waits_for_measure",
                violation_error_message=_("本任务已有延期申请待审核。"),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("from_due_on")),
                name="extension_moves_forward",
                violation_error_message=_("新的完成时限须晚于现行完成时限。"),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("asked_on")),
                name="extension_to_a_day_to_come",
                violation_error_message=_("新的完成时限须晚于申请当日。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExtensionState.values),
                name="extension_state_is_known",
                violation_error_message=_("延期申请只能是待审核、同意、不同意或已撤回。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=ExtensionState.PENDING,
                    reviewer__isnull=True,
                    decided_on__isnull=True,
                    decided_at__isnull=True,
                )
                | (
                    ~Q(state=ExtensionState.PENDING)
                    & Q(reviewer__isnull=False, decided_at__isnull=False)
                    & Q(decided_on__isnull=False, decided_on__gte=F("asked_on"))
                ),
                name="extension_decided_by_somebody",
                violation_error_message=_("审核结果须有审核人和时间，待审核的不能有。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=ExtensionState.REFUSED) | ~Q(opinion=""),
                name="extension_refused_has_reason",
                violation_error_message=_("不同意延期须说明理由。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} · {self.department} · {self.due_on}"

    def get_absolute_url(self) -> str:
        return reverse("extension", args=[self.pk])

    def state_on(self, day: date) -> ExtensionState:
        """What had become of it by the end of ``day``."""
        is_decided = self.decided_on is not None and self.decided_on <= day
        return ExtensionState(self.state) if is_decided else ExtensionState.PENDING

    def is_moot_on(self, day: date) -> bool:
        """Whether it waited at the end of ``day`` for nobody: its measure terminated, or without a deadline."""
        is_over = self.measure.is_terminated_on(day) or self.measure.is_ongoing_on(day)
        return is_over and self.state_on(day) == ExtensionState.PENDING

    @property
    def days_late(self) -> int:
        """How many days the deadline then in force was over when it was asked for: on record for ever (逾期后申请)."""
        return max((self.asked_on - self.from_due_on).days, 0)


@lru_cache(maxsize=128)  # expressions without a database behind them
def open_due_on(day: date, measure: str, path: str = "") -> Case:
    """
    The deadline in force on ``day`` of the outer row's ``measure``, whose fields are at ``path``, as long as it is
    open: the last that was granted, or the issued one; NULL where it is ongoing, or has become so (转常态).
    """
    return _deadline(day, measure, path, Q())


@lru_cache(maxsize=128)
def effective_due_on(day: date, measure: str, path: str = "") -> Case:
    """
    As ``open_due_on``, of what is closed the deadline that it was to be closed by: one that fell away after the row's
    ``requested_on`` still says whether it was in time.
    """
    return _deadline(day, measure, path, Q(**{f"{path}ongoing_from__lte": Coalesce("requested_on", NEVER)}))


def _deadline(day: date, measure: str, path: str, still: Q) -> Case:
    """NULL from when the measure goes on, where ``still`` holds of the row then."""
    granted = Extension.objects.granted_by(day).filter(measure=OuterRef(measure)).order_by("-due_on")
    dated = Coalesce(Subquery(granted.values("due_on")[:1]), F(f"{path}due_on"))
    fell_away = Q(**{f"{path}ongoing_from__lte": day}) & still
    return Case(When(fell_away, then=None), default=dated, output_field=DateField())


@lru_cache(maxsize=128)
def last_extension(day: date, measure: str) -> Subquery:
    """What had become by ``day`` of the outer row's measure's last request for more time; NULL where none was made."""
    stood = Case(When(decided_on__lte=day, then=F("state")), default=Value(ExtensionState.PENDING.value))
    asked = Extension.objects.asked_by(day).filter(measure=OuterRef(measure)).order_by("-asked_at", "-pk")
    return Subquery(asked.annotate(stood=stood).values("stood")[:1])
