"""One Paper of what PDF and OParl say about it.

What enters: the edition that came from PDFs and the one that came from OParl. What leaves: one Paper, and the two
editions again. What it does not know: the archive, which papers are the same.

The pages come first: where a file of OParl holds words that stand on the pages, the pages are kept. Its files whose
words stand nowhere there (a Stellungnahme that came later, minutes) follow behind, without pages.
"""

from __future__ import annotations

import re

from ratsassistent.oparl import FileSpan, FormValue, PagedText, PageStart, Paper, Part

SAME = 0.6  # of the runs of words of a file that stand on the pages too: it is the same file
_RUN = 5  # words
_SAMPLES = 300
_WORD = re.compile(r"[^\W_]+")


def has_pages(paper: Paper) -> bool:
    """True where any of the paper came from a PDF."""
    return any(span.last >= span.first for span in paper.files)


def pages_part(paper: Paper) -> Paper:
    """Only what came from PDFs; without what OParl added to it."""
    cut = next((start.offset for start in paper.text.starts if start.page is None), len(paper.text.text))
    if cut == len(paper.text.text) and not paper.changes and all(map(_real, paper.files)):
        return paper
    return paper.model_copy(
        update={
            "files": tuple(span for span in paper.files if _real(span)),
            "text": PagedText(
                text=paper.text.text[:cut], starts=tuple(s for s in paper.text.starts if s.page is not None)
            ),
            "parts": tuple(part for part in paper.parts if part.end <= cut),
            "form": tuple(value for value in paper.form if all(cited.page is not None for cited in value.citation)),
            "changes": (),
        }
    )


def combine(pdf: Paper, oparl: Paper) -> Paper:
    """The paper with its pages, and with the ids, date, consultations and further files of OParl."""
    pdf = pages_part(pdf)
    known = set(_runs(pdf.text.text))
    text = pdf.text.text
    starts: list[PageStart] = list(pdf.text.starts)
    parts: list[Part] = list(pdf.parts)
    spans: list[FileSpan] = list(pdf.files)
    with_text = set()
    for index, start in enumerate(oparl.text.starts):
        end = oparl.text.starts[index + 1].offset if index + 1 < len(oparl.text.starts) else len(oparl.text.text)
        with_text.add(start.file_id)
        if text.strip() and _share(oparl.text.text[start.offset : end], known) >= SAME:
            continue
        if text and not text.endswith("\n"):
            text += "\n"
        shift = len(text) - start.offset
        text += oparl.text.text[start.offset : end]
        starts.append(start.model_copy(update={"offset": start.offset + shift}))
        parts.extend(
            part.model_copy(update={"start": part.start + shift, "end": part.end + shift})
            for part in oparl.parts
            if start.offset <= part.start and part.end <= end
        )
        spans.extend(span for span in oparl.files if span.file_id == start.file_id)
    spans.extend(span for span in oparl.files if span.file_id not in with_text)
    return pdf.model_copy(
        update={
            "files": tuple(spans),
            "text": PagedText(text=text, starts=tuple(starts)),
            "parts": tuple(parts),
            "form": (*pdf.form, *_further_form(oparl, {start.file_id for start in starts})),
            "reference": pdf.reference or oparl.reference,
            "paperType": oparl.paperType or pdf.paperType,
            "consultations": oparl.consultations or pdf.consultations,
            "date": oparl.date or pdf.date,
            "oparl_id": oparl.oparl_id or pdf.oparl_id,
        }
    )


def _further_form(oparl: Paper, shown: set[str]) -> list[FormValue]:
    """What the forms of those files say that are shown."""
    return [value for value in oparl.form if all(cited.file_id in shown for cited in value.citation)]


def words_shared(one: Paper, two: Paper) -> float:
    """How much of the words of `one` stands in `two`, from 0 to 1; 0 where `one` has no text."""
    return _share(one.text.text, set(_runs(two.text.text)))


def _real(span: FileSpan) -> bool:
    return span.last >= span.first


def _runs(text: str) -> list[int]:
    """Hashes of all runs of five words; a hyphen or line end between them does not matter."""
    words = _WORD.findall(re.sub(r"(?<=\w)[-\u00ad]\s*\n\s*(?=[a-zäöüß])", "", text).casefold())
    return [hash(tuple(words[i : i + _RUN])) for i in range(max(len(words) - _RUN + 1, min(len(words), 1)))]


def _share(text: str, known: set[int]) -> float:
    runs = _runs(text)
    if not runs:
        return 0.0
    sample = runs[:: max(len(runs) // _SAMPLES, 1)]
    return sum(run in known for run in sample) / len(sample)
