"""Small documents to attach: one page, and on it that it is no evidence of anything."""

from __future__ import annotations

from django.core.files.base import ContentFile

NOTICE = "【演示】本文件由演示程序生成，内容均非真实，不是佐证材料。"
LINES_FROM = 760  # points above the lower edge of the first line


def paper(title: str, *lines: str) -> ContentFile[bytes]:
    """A PDF of one A4 page under the name ``title``.pdf; always the same bytes for the same words."""
    return ContentFile(_pdf([title, NOTICE, *lines]), name=f"{title}.pdf")


def _pdf(lines: list[str]) -> bytes:
    words = [f"1 0 0 1 60 {LINES_FROM - 28 * place} Tm <{_hex(line)}> Tj" for place, line in enumerate(lines)]
    content = "\n".join(["BT", "/F1 14 Tf", *words, "ET"])
    # A font that every reader brings along for Chinese: none needs to be embedded.
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 7 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    )
    text, places = "%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    text += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return (text + f"startxref\n{text.index('xref')}\n%%EOF\n").encode("ascii")


def _hex(line: str) -> str:
    return line.encode("utf-16-be").hex()
