"""
What a page, a printer or a website puts around a document: told by the whole of a line, never by a word in it.

A line with a measure's number, a heading, responsibilities or cells of a table is none of it, whatever words it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

PAGE = re.compile(
    r"[-—–·]*\s*\d{1,4}\s*[-—–·]*|第\s*\d+\s*页(?:[,/ ]*共\s*\d+\s*页)?|\d{1,4}\s*/\s*\d{1,4}"
    r"|page\s*\d+(?:\s*(?:of|/)\s*\d+)?",
    re.IGNORECASE,
)
# Marks that only the foot of a website bears.
REGISTERED = re.compile(
    r"ICP[备证](?:案号)?[\s:]{0,9}\d{5,}|公网安备[\s:]{0,9}\d{6,}|网站标识码[\s:]{0,9}(?:bm)?\d{6,}|copyright|©",
    re.IGNORECASE,
)
RIGHTS = re.compile(
    r"版权所有(?:\s*[:]\s*.{0,40}|\s+.{0,40})?|[^,:]{2,40}\s版权所有|网站(?:声明|地图)\s*[:|].{0,40}"
    r"|(?:技术支持|网站管理)\s*:[^,、]{0,30}(?:公司|集团|中心)"
)
WORDS = (
    "分享到|分享至|分享|打印本页|打印此页|打印|关闭本页|关闭窗口|关闭|返回顶部|返回首页|返回列表|返回|收藏|复制链接|纠错|下载"
    "|微信|微博|QQ空间|字体|字号|大|中|小|网站首页|首页|朗读|语音播报|网站声明|网站地图|联系我们|关于我们|无障碍浏览|无障碍"
    "|适老版|长者模式|关怀版|政务微信|政务微博|手机版|电脑版|移动端|繁体|简体|登录|注册|上一页|下一页|更多"
)
# Only words of buttons and links, and what stands between them.
BUTTONS = re.compile(rf"[\s\[【]*(?:(?:{WORDS})[\s:|\[\]【】>·/]*)+|[\[【]", re.IGNORECASE)
LINKS = re.compile(
    r"扫一扫(?:$|[,]?(?:在?手机|用手机|分享|关注|打开|下载)[^。;]{0,30})|[上下]一篇\s*:[^。;]{0,80}|首页\s*>[^。;]{0,80}"
    r"|(?:浏览|阅读|点击)(?:次数|量|数)?\s*:\s*\d*\s*次?|(?:您)?(?:当前|现在)(?:的)?(?:所在)?位置\s*:[^。;]{0,80}"
    r"|相关(?:链接|文档|阅读|稿件)\s*(?:$|:[^。;]{0,60})|责任编辑\s*:[^。;]{0,20}|附件下载\s*(?:$|:[^。;]{0,80})"
)
SENTENCE = re.compile("[。;]")

# What stands after the last measure: how a paper is closed and signed.
CLOSING = re.compile(
    r"附件?[\s\d]{0,9}:[^。;]*|\(此件[^。;]{0,20}\)|\(信息公开[^。;]{0,20}\)|(?:抄送|抄报|主送|分送)\s*:[^;]*|\(?(?:联系人|联系电话|电话)\s*:[^。;]*|\d{4}年\d{1,2}月\d{1,2}日(?:印发)?"
)
ATTACHED = re.compile(r"附件\s*[:]\s*(?:(1)[.、]\s*)?[^。;\t]{2,60}")
SIGNED = re.compile(
    r"[^\d。,;:、]{2,40}(?:办公室|办公厅|局|委员会|人民政府|领导小组|党组)(?:\s*\d{4}年\d{1,2}月\d{1,2}日印发)?|[^\d。,;:、]{2,40}\s+\d{4}年\d{1,2}月\d{1,2}日印发"
)
NO_SIGNATURE = re.compile("[报送请须由按向各抓推应将]|负责|加强|完成|落实|开展|会同|召开|牵头|配合|等")


def is_page_number(words: str) -> bool:
    return bool(PAGE.fullmatch(words.strip()))


def why(words: str, says_something: Callable[[str], object]) -> str:
    """Why a line is none of the document's own, empty where it may be; ``says_something`` tells what always is."""
    line = words.strip()
    if is_page_number(line):
        return _("页码")
    if SENTENCE.search(line) or says_something(words):
        return ""
    if REGISTERED.search(line) or RIGHTS.fullmatch(line):
        return _("网站页脚")
    return _("网页按钮和链接") if BUTTONS.fullmatch(line) or LINKS.fullmatch(line) else ""


def closes(words: str) -> bool:
    """Whether a line after the last measure is one that closes or signs a paper."""
    line = words.strip()
    return bool(CLOSING.fullmatch(line) or (SIGNED.fullmatch(line) and not NO_SIGNATURE.search(line)))


def attachments(rows: Sequence[str]) -> set[int]:
    """The places of lines that list what is attached: 附件：1.甲表, and 2.乙表 below it; nothing that is a sentence."""
    found: set[int] = set()
    expected = 0
    for at, words in enumerate(rows):
        if match := ATTACHED.fullmatch(words.strip()):
            expected = 2 if match[1] else 0
            found |= {at} if match[1] else set()
        elif expected and (listed := re.fullmatch(rf"{expected}[.、]\s*[^。;\t]{{2,60}}", words.strip())):
            is_plain = not re.search("负责|牵头|单位:", listed[0])
            expected = expected + 1 if is_plain else 0
            found |= {at} if is_plain else set()
        elif words.strip():
            expected = 0
    return found
