"""精算書のPDF: a paper as PDF/A-2b in a font of its own; the same paper is the same bytes."""

from pathlib import Path

import msgspec
import typst

from settlement.paper.form import form
from settlement.paper.paper import Paper

HERE = Path(__file__).parent
TEMPLATE = HERE / "statement.typ"
FONTS = HERE / "fonts"


def pdf(paper: Paper) -> bytes:
    """A paper to print and to keep; it was made at the instant it was issued."""
    placed = msgspec.json.encode(form(paper)).decode()
    return typst.compile(
        TEMPLATE,
        root=HERE,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"form": placed},
        pdf_standards="a-2b",
        timestamp=paper.issued_at,
    )
