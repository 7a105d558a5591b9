"""Our objects as the JSON that scripts rely on (field names of OParl 1.1, and ours).

What enters: objects of `oparl`. What leaves: plain dicts for `json.dumps`.
What it does not know: commands, files, where the objects came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ratsassistent.briefings import (
    Answer,
    Briefing,
    Contradiction,
    Hit,
    Intake,
    ItemBriefing,
    ItemRef,
    Overview,
    Remark,
    Statement,
    Why,
)
from ratsassistent.jobs import Job
from ratsassistent.oparl import (
    AgendaItem,
    Change,
    Citation,
    Consultation,
    Decision,
    FormValue,
    Meeting,
    MissingAttachment,
    PageRef,
    Paper,
    Suspicion,
)
from ratsassistent.output import phrases, suspicious
from ratsassistent.resolutions import EarlierResolution

JSON = dict[str, Any]


def citations(given: Iterable[Citation]) -> list[JSON]:
    """Citations; `file_id` is an OParl id or null, our own ids stay inside."""
    return [
        {
            "file": c.file,
            "file_id": c.file_id if c.file_id and not c.file_id.startswith("ra:") else None,
            "page": c.page,
            "quote": c.quote,
        }
        for c in given
    ]


def pages(given: Iterable[PageRef]) -> list[JSON]:
    """Pages by file and number, with the reason where there is one."""
    return [{"file": r.file, "page": r.page, "reason": r.reason} for r in given]


def suspicions(given: Iterable[Suspicion]) -> list[JSON]:
    """What addresses a reading program, or is seen by nobody: where it stands, and the sentence that a reader is told."""
    return [
        {
            "kind": s.kind,
            "place": s.place,
            "how": s.how,
            "text": suspicious.sentence(s),
            "citation": citations([s.citation]),
        }
        for s in given
    ]


def missing_attachments(given: Iterable[MissingAttachment]) -> list[JSON]:
    """Annexes that are mentioned and do not lie in the pack."""
    return [{"name": m.name, "citation": citations(m.citation)} for m in given]


def form(given: Iterable[FormValue]) -> list[JSON]:
    """What a form says: its label, and what is ticked or filled in."""
    return [{"name": f.name, "value": f.value, "citation": citations(f.citation)} for f in given]


def decision(given: Decision) -> JSON:
    """What a body decided, as its minutes or OParl say; `text` is the adopted wording."""
    return {
        "result": given.result,
        "outcome": given.outcome,
        "vote": given.vote.model_dump() if given.vote else None,
        "unanimous": given.unanimous,
        "named": [n.model_dump() for n in given.named],
        "subject": given.subject,
        "text": given.text,
        "citation": citations(given.citation),
    }


def change(given: Change) -> JSON:
    """What a later edition changed: `before` null is new, `after` null is left out."""
    return {
        "part": given.part,
        "before": given.before,
        "after": given.after,
        "citation_before": citations(given.citation_before),
        "citation_after": citations(given.citation_after),
    }


def paper(given: Paper) -> JSON:
    """A paper with the pages it has in its files; `pages` only where it lies in one file."""
    spans = [s for s in given.files if s.last >= s.first]  # a file of OParl has text but no pages
    places = {s.file_id for s in spans}
    return {
        "id": given.oparl_id or given.id,
        "reference": given.reference,
        "name": given.name,
        "paperType": given.paperType,
        "pages": [min(s.first for s in spans), max(s.last for s in spans)] if len(places) == 1 else None,
        "files": [{"name": s.name, "pages": [s.first, s.last] if s in spans else None} for s in given.files],
        "date": given.date.isoformat() if given.date else None,
        "form": form(given.form),
        "changes": [change(c) for c in given.changes],
    }


def agenda_item(given: AgendaItem) -> JSON:
    """An agenda item with its papers."""
    return {
        "id": given.oparl_id or given.id,
        "order": given.order,
        "number": given.number,
        "name": given.name,
        "public": given.public,
        "pages": list(given.pages) if given.pages else None,
        "papers": [paper(p) for p in given.papers],
        "missing_attachments": missing_attachments(given.missing_attachments),
        "decisions": [decision(d) for d in given.decisions],
        "formerly": given.formerly,
        "withdrawn": given.withdrawn,
    }


def meeting(given: Meeting) -> JSON:
    """A meeting with its agenda and the pages that no item took."""
    return {
        "id": given.oparl_id or given.id,
        "name": given.name,
        "organization": given.organization,
        "start": given.start,
        "agendaItem": [agenda_item(i) for i in given.agendaItem],
        "unassigned_pages": [{"file": r.file, "page": r.page} for r in given.unassigned_pages],
    }


def intake(given: Intake) -> JSON:
    """What `einlesen --json` prints; `loose_papers` are papers without an agenda."""
    return {
        "meetings": [meeting(m) for m in given.meetings],
        "loose_papers": [{**paper(p), "public": p.public} for p in given.loose_papers],
        "papers": given.papers,
        "files": given.files,
        "pages": {
            "total": given.pages_total,
            "text": given.pages_text,
            "ocr": given.pages_ocr,
            "unreadable": pages(given.coverage.unreadable),
            "ocr_pages": [{"file": r.file, "page": r.page} for r in given.coverage.ocr],
            "drawings": pages(given.coverage.drawings),
        },
        "items_without_papers": list(given.coverage.without_papers),
        "suspicious": suspicions(given.coverage.suspicious),
        "skipped": [{"path": s.path, "reason": s.reason} for s in given.skipped],
        "seconds": given.seconds,
    }


def statement(given: Statement) -> JSON:
    """One statement, with `label` and `failures` beside what the contract asks for."""
    return {
        "text": given.text,
        "origin": given.origin,
        "citation": citations(given.citation),
        "check": given.check,
        "label": given.label,
        "heading": given.heading,
        "failures": list(given.failures),
        "id": given.key,
        "author": given.author,
        "confirmed": given.confirmed,
        "replaces": given.replaces,
        "about": given.about,
    }


def contradiction(given: Contradiction) -> JSON:
    """Different amounts or dates for the same thing, each with its page."""
    return {
        "kind": given.kind,
        "subject": given.subject,
        "sides": [{"text": s.text, "context": s.context, "citation": citations(s.citation)} for s in given.sides],
    }


def overview(given: Overview) -> JSON:
    """A meeting on one page."""

    def item(ref: ItemRef) -> JSON:
        return {"id": ref.id, "number": ref.number, "name": ref.name}

    return {
        "decide": [
            {"agendaItem": item(d.item), "purpose": d.purpose, "what": d.what, "citation": citations(d.citation)}
            for d in given.decide
        ],
        "amounts": [
            {
                "agendaItem": item(a.item),
                "text": a.amount.text,
                "value": a.amount.value,
                "context": a.amount.context,
                "citation": citations(a.amount.citation),
            }
            for a in given.amounts
        ],
        "dates": [
            {
                "agendaItem": item(d.item),
                "text": d.date.text,
                "date": d.date.date,
                "context": d.date.context,
                "citation": citations(d.date.citation),
            }
            for d in given.dates
        ],
        "lacks": list(given.lacks),
    }


def consultation(given: Consultation) -> JSON:
    """One line of a Beratungsfolge."""
    return {
        "organization": given.organization,
        "date": given.date.isoformat() if given.date else None,
        "number": given.number,
        "public": given.public,
        "role": given.role,
        "result": given.result,
    }


def remark(given: Remark) -> JSON:
    """What a person said of an item or a statement."""
    return {
        **given.model_dump(mode="json", exclude={"citation", "person", "organization"}),
        "citation": citations(given.citation),
    }


def item_briefing(given: ItemBriefing) -> JSON:
    """The briefing of one item."""
    return {
        "id": given.id,
        "number": given.number,
        "name": given.name,
        "public": given.public,
        "level": given.level,
        "statements": [statement(s) for s in given.statements],
        "resolution": {
            "text": given.resolution.text,
            "kind": given.resolution.kind,
            "citation": citations(given.resolution.citation),
        }
        if given.resolution
        else None,
        "amounts": [{"text": a.text, "value": a.value, "citation": citations(a.citation)} for a in given.amounts],
        "dates": [{"text": d.text, "date": d.date, "citation": citations(d.citation)} for d in given.dates],
        "contradictions": [contradiction(c) for c in given.contradictions],
        "open_questions": [
            {"text": q.text, "reason": q.reason, "origin": q.origin, "citation": citations(q.citation)}
            for q in given.open_questions
        ],
        "plain_language": None if given.plain_language is None else [statement(s) for s in given.plain_language],
        "form": form(given.form),
        "decisions": [decision(d) for d in given.decisions],
        "changes": [{"paper": p.paper, "changes": [change(c) for c in p.changes]} for p in given.changes],
        "missing_attachments": missing_attachments(given.missing_attachments),
        "earlier": [earlier(e) for e in given.earlier],
        "drawings": pages(given.drawings),
        "suspicious": suspicions(given.suspicious),
        "written": given.written.isoformat() if given.written else None,
        "consultations": [consultation(c) for c in given.consultations],
        "annexes": [
            {
                "name": a.name,
                "pages": a.pages,
                "statement": statement(a.statement) if a.statement else None,
                "citation": citations(a.citation),
            }
            for a in given.annexes
        ],
        "withheld": [statement(s) for s in given.withheld],
        "remarks": [remark(r) for r in given.remarks],
        "prompts": [p.model_dump() for p in given.prompts],
        "seconds": given.seconds,
        "energy_wh": given.energy_wh,
        "energy_how": given.energy_how,
    }


def earlier(given: EarlierResolution) -> JSON:
    """An earlier resolution on the same matter, and why it is linked."""
    one = given.resolution
    return {
        "id": one.id,
        "meeting": one.meeting_oparl_id or one.meeting_id,
        "organization": one.organization,
        "date": one.date,
        "number": one.number,
        "name": one.name,
        "public": one.public,
        "references": list(one.references),
        "result": one.result,
        "outcome": one.outcome,
        "citation": citations(one.citation),
        "reasons": list(given.reasons),
    }


def briefing(given: Briefing) -> JSON:
    """What `briefing --json` prints."""
    return {
        "meeting": given.meeting,
        "name": given.name,
        "level": given.level,
        "agendaItem": [item_briefing(i) for i in given.agendaItem],
        "coverage": {
            "pages": given.coverage.pages,
            "read": given.coverage.read,
            "unreadable": pages(given.coverage.unreadable),
            "ocr": pages(given.coverage.ocr),
            "drawings": pages(given.coverage.drawings),
            "unassigned": pages(given.coverage.unassigned),
            "without_papers": list(given.coverage.without_papers),
            "missing_attachments": missing_attachments(given.coverage.missing),
            "suspicious": suspicions(given.coverage.suspicious),
        },
        "overview": overview(given.overview) if given.overview else None,
        "model": given.model.model_dump() if given.model else None,
        "complete": given.complete,
        "part": given.part,
        "seconds": given.seconds,
        "energy_wh": given.energy_wh,
        "energy_how": given.energy_how,
    }


def answer(given: Answer) -> JSON:
    """What `frage --json` prints."""
    return {
        "question": given.question,
        "answered": given.answered,
        "answer": given.answer,
        "statements": [statement(s) for s in given.statements],
        "kind": given.kind,
        "verdict": given.verdict,
        "dated": given.dated,
        "asked": given.asked,
        "sure": given.sure,
        "doubted": given.doubted,
        "judge": given.judge.model_dump() if given.judge else None,
        "nearest": hits(given.nearest, given.seconds)["hits"],
        "pages_read": given.pages_read,
        "pages_total": given.pages_total,
        "model": given.model.model_dump() if given.model else None,
        "seconds": given.seconds,
    }


def why(given: Why) -> JSON:
    """Why a passage was found: a sentence, its words, and how much of its score is owed to its meaning."""
    return {"text": phrases.why(given), "words": [w.model_dump() for w in given.words], "meaning": given.meaning}


def hits(given: Iterable[Hit], seconds: float) -> JSON:
    """What `suche --json` prints."""
    return {
        "hits": [
            {
                "file": {"id": c.file_id, "name": c.file} if c else {"id": None, "name": None},
                "page": c.page if c else None,
                "paper": {"id": h.paper.id, "reference": h.paper.reference, "name": h.paper.name}
                if h.paper
                else {"id": h.passage.paper_id, "reference": None, "name": None},
                "meeting": h.meeting,
                "date": h.date,
                "public": h.public,
                "score": round(h.score, 4),
                "snippet": h.snippet,
                "duplicates": [
                    {"file": {"id": d.file_id, "name": d.file}, "page": d.page, "meeting": d.meeting}
                    for d in h.duplicates
                ],
                "why": why(h.why) if h.why else None,
            }
            for h in given
            for c in [h.shown_at]
        ],
        "seconds": round(seconds, 3),
    }


def job(given: Job) -> JSON:
    """One piece of long work, as `auftraege --json` lists it (without its content)."""
    return given.model_dump(mode="json", exclude={"payload", "result"})
