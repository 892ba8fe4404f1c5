"""The pictures of README and guide: whose window, which page, what is done on it before the picture is taken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.db import connections, transaction
from django.test.testcases import LiveServerThread
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from departments.models import Department, User
from tasks.actions import plan_archive as plan_archive_actions
from tasks.actions import plan_document as plan_document_actions
from tasks.actions import upload as upload_actions
from tasks.demonstration.calendar import LAST_DAY
from tasks.demonstration.load import load
from tasks.documents.reading import read_text
from tasks.exchange.archive import write_zip
from tasks.management.commands.load_plan import SHIPPED
from tasks.models import Amendment, Extension, Plan, PlanArchive, PlanDocument, Review, Snapshot, Upload

from .browser import CHROMIUM, DESK, FLAGS, OPTIONS, PHONE, part_of, session_of
from .builders import SHANGHAI, a_measure, a_part, a_plan, a_report, a_reporter, an_invitation
from .workbooks import a_fill_in, filled_in, read, typing

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 250_000  # bytes of one picture
BEFORE_THE_LAST_REPORTS = LAST_DAY - timedelta(days=45)


@dataclass(frozen=True)
class Picture:
    """One picture: ``address`` asks for the page, ``act`` does something on it."""

    name: str
    who: Callable[[], User | None]
    address: Callable[[Plan], str]
    height: int
    width: int = DESK
    act: Callable[[Page], object] = lambda page: None


def reporter() -> User:
    return User.objects.get(username="tianbao02")  # of 公安东丽分局


def supervisor() -> User:
    return User.objects.get(username="duban1")


def leader() -> User:
    return User.objects.get(username="lingdao1")


def administrator() -> User:
    return User.objects.get(username="guanli1")


def nobody() -> None:
    return None


def open_the_date(page: Page) -> None:
    page.locator("summary.asof").click()


def sum_up(page: Page) -> None:
    page.get_by_label("汇总情况").evaluate("field => window.scrollTo(0, field.getBoundingClientRect().top - 60)")


def choose_three(page: Page) -> None:
    for number in range(3):
        page.get_by_role("checkbox").nth(number).check()


def choose_the_quarter(page: Page) -> None:
    page.get_by_role("checkbox", name="选择2021年第四季度").check()


def bring_in_people(page: Page) -> None:
    """A list of three people, one of whom is there with another name."""
    book = Workbook()
    for row in (
        ("用户名", "姓氏", "所属单位", "角色"),
        ("tianbao02", "王志强", "公安东丽分局", "填报员"),
        ("zhaomin", "赵敏", "区商务局", "填报员"),
        ("qianli", "钱立", "区商务局", "填报员"),
    ):
        book.worksheets[0].append(row)
    content = BytesIO()
    book.save(content)
    page.get_by_label("文件").set_input_files({"name": "人员.xlsx", "mimeType": XLSX, "buffer": content.getvalue()})
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="确认导入").wait_for()


def look_at(heading: str) -> Callable[[Page], None]:
    """Scrolls until the section under ``heading`` is the first on the page."""

    def look(page: Page) -> None:
        page.get_by_role("heading", name=heading, exact=True).evaluate(
            "heading => window.scrollTo(0, heading.closest('section').getBoundingClientRect().top + scrollY - 16)"
        )

    return look


PICTURES = (
    Picture("sign-in", nobody, lambda plan: "/accounts/login/", 460),
    Picture("dashboard", leader, lambda plan: "/", 960),
    Picture("dashboard-date", leader, lambda plan: "/?as_of=2021-12-15", 620, act=open_the_date),
    Picture("ledger", supervisor, lambda plan: f"{ledger(plan)}?section=3", 720),
    Picture("overdue", leader, lambda plan: f"{ledger(plan)}?timeliness=OVERDUE&sort=late", 760),
    Picture("matrix", leader, lambda plan: f"{plan.get_absolute_url()}matrix/", 900),
    Picture("assignments", leader, lambda plan: f"{parts(plan)}?unit={office(plan)}&timeliness=OVERDUE", 800),
    Picture("measure", leader, lambda plan: f"{ledger(plan)}3/", 1000),
    Picture("milestones", supervisor, lambda plan: f"{ledger(plan)}34/", 460, act=look_at("节点")),
    Picture("indicator", leader, lambda plan: f"{ledger(plan)}16/", 620, act=look_at("量化指标")),
    Picture("part", supervisor, lambda plan: f"{parts(plan)}{part_of(plan, 34, '公安东丽分局').pk}/", 960),
    Picture("mine", reporter, lambda plan: "/mine/", 900),
    Picture("mine-phone", reporter, lambda plan: "/mine/", 780, width=PHONE),
    Picture("report", reporter, lambda plan: f"/mine/{part_of(plan, 34, '公安东丽分局').pk}/", 900),
    Picture(
        "summary", reporter, lambda plan: f"/mine/{part_of(plan, 3, '公安东丽分局').pk}/?compile=1", 1100, act=sum_up
    ),
    Picture("periods", supervisor, lambda plan: f"{plan.get_absolute_url()}periods/", 560, act=choose_the_quarter),
    Picture("receipts", supervisor, lambda plan: f"{plan.get_absolute_url()}receipts/", 620),
    Picture("reviews", supervisor, lambda plan: "/reviews/", 900, act=choose_three),
    Picture("review", supervisor, lambda plan: f"/reviews/{waiting(plan, 34, '区检察院').report_id}/", 960),
    Picture("review-leader", leader, lambda plan: f"/reviews/{waiting(plan, 38, '区市场监管局').report_id}/", 640),
    Picture("extension", supervisor, lambda plan: asked_for(plan, 3).get_absolute_url(), 720),
    Picture("amendment", supervisor, lambda plan: f"{ledger(plan)}{amended(plan, 'WORDING')}/", 700),
    Picture("rules", leader, lambda plan: f"{plan.get_absolute_url()}rules/", 560),
    Picture("comparison", leader, lambda plan: f"{plan.get_absolute_url()}compare/", 960),
    Picture("snapshots", supervisor, lambda plan: f"{plan.get_absolute_url()}snapshots/", 560),
    Picture("snapshot", leader, lambda plan: last_snapshot(plan).get_absolute_url(), 860),
    Picture("unit", leader, lambda plan: f"{plan.get_absolute_url()}units/{office(plan)}/", 1100),
    Picture("section", leader, lambda plan: f"{plan.get_absolute_url()}sections/2/", 900),
    Picture("present", leader, lambda plan: f"{plan.get_absolute_url()}present/", 810),
    Picture("decided", supervisor, lambda plan: "/reviews/decided/", 720),
    Picture("members", administrator, lambda plan: f"/units/{collective().pk}/members/", 420),
    Picture("audit", administrator, lambda plan: "/audit/", 760),
    Picture("panel", administrator, lambda plan: "/admin/", 800),
    Picture("panel-unit", administrator, lambda plan: f"/admin/departments/department/{collective().pk}/change/", 800),
    Picture("panel-people", administrator, lambda plan: "/admin/departments/user/", 700),
    Picture("panel-measure", administrator, lambda plan: "/admin/tasks/measure/?timeliness=OVERDUE", 800),
    Picture("panel-import", administrator, lambda plan: "/admin/departments/user/import/", 760, act=bring_in_people),
    Picture("export", leader, lambda plan: f"{ledger(plan)}export/", 900),
    Picture("invitations", administrator, lambda plan: invited(), 520),
    Picture("archive", administrator, lambda plan: packed(plan).get_absolute_url(), 900),
    Picture("document", administrator, lambda plan: brought_in().get_absolute_url(), 1000),
    Picture("upload", administrator, lambda plan: brought_back(plan).get_absolute_url(), 1100),
)


def ledger(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}measures/"


def parts(plan: Plan) -> str:
    return f"{plan.get_absolute_url()}assignments/"


def office(plan: Plan) -> int:
    return plan.office_id


def collective() -> Department:
    return Department.objects.get(name="各街道办")


def waiting(plan: Plan, number: int, unit: str) -> Review:
    return Review.objects.pending().get(report__assignment=part_of(plan, number, unit))


def asked_for(plan: Plan, number: int) -> Extension:
    return Extension.objects.get(measure__plan=plan, measure__number=number)


def amended(plan: Plan, kind: str) -> int:
    return Amendment.objects.filter(measure__plan=plan, kind=kind).latest("recorded_at").measure.number


def last_snapshot(plan: Plan) -> Snapshot:
    return Snapshot.objects.filter(plan=plan).latest("taken_at")


def invited() -> str:
    """The page of those who have not come yet: three of them, one invited long ago."""
    for day, username, name, unit in (
        (LAST_DAY, "zhaomin", "赵敏", "区商务局"),
        (LAST_DAY, "qianli", "钱立", "区商务局"),
        (BEFORE_THE_LAST_REPORTS, "sunyue", "孙悦", "区法院"),
    ):
        person = a_reporter(Department.objects.get(name=unit), username=username, last_name=name, password=None)
        an_invitation(person, day, by=administrator())
    return "/invitations/"


def packed(plan: Plan) -> PlanArchive:
    """The plan of earlier years, as another office sends it."""
    content = BytesIO()
    with transaction.atomic():
        title = "2018-2019年天津市东丽区知识产权工作推进计划"
        number = "津丽知略〔2018〕2号"
        span = {"issued_on": date(2018, 3, 1), "starts_on": date(2018, 1, 1), "ends_on": date(2019, 12, 31)}
        earlier = a_plan(slug="ip-2018-2019", title=title, number=number, office=plan.office, **span)
        for unit in ("区商务局", "公安东丽分局", "区法院"):
            part = a_part(a_measure(earlier, due_on=None), Department.objects.get(name=unit))
            a_report(part, BEFORE_THE_LAST_REPORTS)
        write_zip(earlier, content)
        transaction.set_rollback(True)
    content.seek(0)
    name = "2018-2019年推进计划.zip"
    return plan_archive_actions.receive(by=administrator(), name=name, stream=content, now=timezone.now())


def brought_in() -> PlanDocument:
    """The official text as it comes in, with all that is asked about it."""
    text = (settings.FIXTURE_DIRS[0] / "dongli-ip-2020-2021.txt").read_text("utf-8")
    received = plan_document_actions.Received(**vars(read_text(text)))
    return plan_document_actions.receive(by=administrator(), received=received, now=timezone.now())


def brought_back(plan: Plan) -> Upload:
    """Two units' workbooks with words on some rows, some of them said otherwise since, one with a share in words."""
    contents = {
        "公安东丽分局（回复）.xlsx": (
            "公安东丽分局",
            typing("进展情况", "开展联合执法检查6次，查办侵权案件3件，均已移送。", line=5),
            typing("完成进度", 0.8, line=5),
            typing("进展情况", "举办进企业宣讲2场，覆盖企业40家。", line=6),
            typing("完成进度", "八成左右", line=6),
        ),
        "区商务局（回复）.xlsx": (
            "区商务局",
            typing("进展情况", "组织外贸企业海外知识产权维权培训1期，参训企业25家。", line=5),
            typing("下一步措施", "四季度再办1期。", line=5),
        ),
    }
    files = []
    for name, (unit, *changes) in contents.items():
        taken = a_fill_in(plan, Department.objects.get(name=unit), BEFORE_THE_LAST_REPORTS)
        files.append(read(filled_in(taken, *changes), name))
    return upload_actions.receive(by=administrator(), plan=plan, files=files, now=timezone.now())


def take(folder: Path, only: Sequence[str]) -> None:
    """Takes every picture, or those named in ``only``, and says how large each has become."""
    unknown = set(only) - {picture.name for picture in PICTURES}
    if unknown:
        raise SystemExit(f"There is no picture named {', '.join(sorted(unknown))}.")
    if CHROMIUM is None:
        raise SystemExit("There is no chromium on PATH.")
    folder.mkdir(parents=True, exist_ok=True)
    plan = the_demonstration()
    now = datetime.combine(LAST_DAY, time(10, 30), SHANGHAI)
    with (
        mock.patch("django.utils.timezone.now", return_value=now),
        server() as address,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS)) as chromium,
    ):
        for picture in PICTURES:
            if not only or picture.name in only:
                size = keep(shot(chromium, address, picture, plan), folder / f"{picture.name}.png")
                print(f"{picture.name}.png {size / 1000:.0f} kB")


def the_demonstration() -> Plan:
    """The plan in a database that holds the demonstration, with its banner on every page."""
    call_command("migrate", verbosity=0)
    load(document=json.loads((Path(settings.FIXTURE_DIRS[0]) / SHIPPED).read_text("utf-8")))
    return Plan.objects.get()


@contextmanager
def server() -> Iterator[str]:
    """The address of the project's own server, in a thread of this process."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        connections.close_all()


def shot(chromium: Browser, address: str, picture: Picture, plan: Plan) -> bytes:
    size = {"width": picture.width, "height": picture.height}
    scale = 2 if picture.width == PHONE else 1
    with chromium.new_context(base_url=address, viewport=size, device_scale_factor=scale, **OPTIONS) as context:
        user = picture.who()
        if user is not None:
            context.add_cookies([session_of(user, address)])
        page = context.new_page()
        answer = page.goto(picture.address(plan))
        assert answer is not None
        assert answer.status == 200, f"{picture.name}: {answer.status}"
        picture.act(page)
        return page.screenshot(animations="disabled", caret="hide")


def keep(png: bytes, path: Path) -> int:
    """Writes the picture with as few colours as it takes to stay small; the size in bytes."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64):
        small = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return path.stat().st_size
    raise SystemExit(f"{path.name} stays above {LARGEST} bytes: crop it.")
