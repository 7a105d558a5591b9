"""The shapes of the contract: is what a command printed the JSON that scripts rely on?

A shape is a type, a tuple of alternatives, a list with one shape for all entries, or a dict of required fields. More
fields than the required ones may be there.
"""

from __future__ import annotations

from typing import Any

Shape = Any
TEXT = (str, None)
NUMBER = (int, float)
CITATION = {"file": str, "file_id": TEXT, "page": (int, None), "quote": TEXT}
PAGE = {"file": str, "page": int}
UNREADABLE = {**PAGE, "reason": TEXT}
SPAN = ([int], None)
MODEL = ({"name": str, "sha256": str, "licence": str}, None)
FORM = {"name": str, "value": str, "citation": [CITATION]}
CHANGE = {
    "part": str,
    "before": TEXT,
    "after": TEXT,
    "citation_before": [CITATION],
    "citation_after": [CITATION],
}
COUNT = (int, None)
DECISION = {
    "result": str,
    "outcome": TEXT,
    "vote": ({"yes": COUNT, "no": COUNT, "abstain": COUNT}, None),
    "text": TEXT,
    "citation": [CITATION],
}
MISSING = {"name": str, "citation": [CITATION]}
PAPER = {
    "id": str,
    "reference": TEXT,
    "name": str,
    "paperType": TEXT,
    "pages": SPAN,
    "files": [{"name": str, "pages": SPAN}],
    "date": TEXT,
    "form": [FORM],
    "changes": [CHANGE],
}
AGENDA_ITEM = {
    "id": str,
    "order": int,
    "number": TEXT,
    "name": str,
    "public": (bool, None),
    "pages": SPAN,
    "papers": [PAPER],
    "missing_attachments": [MISSING],
    "decisions": [DECISION],
    "formerly": TEXT,
    "withdrawn": bool,
}
MEETING = {
    "id": str,
    "name": str,
    "organization": TEXT,
    "start": TEXT,
    "agendaItem": [AGENDA_ITEM],
    "unassigned_pages": [PAGE],
}
INTAKE = {
    "meetings": [MEETING],
    "papers": int,
    "files": int,
    "pages": {
        "total": int,
        "text": int,
        "ocr": int,
        "unreadable": [UNREADABLE],
        "drawings": [UNREADABLE],
        "ocr_pages": [PAGE],
    },
    "items_without_papers": [str],
    "skipped": [{"path": str, "reason": str}],
    "seconds": NUMBER,
}
STATEMENT = {"id": str, "text": str, "origin": str, "citation": [CITATION], "check": str}
BRIEFING = {
    "meeting": TEXT,
    "agendaItem": [
        {
            "id": str,
            "number": TEXT,
            "name": str,
            "public": (bool, None),
            "statements": [STATEMENT],
            "resolution": ({"text": str, "citation": [CITATION]}, None),
            "amounts": [{"text": str, "value": NUMBER, "citation": [CITATION]}],
            "dates": [{"text": str, "date": str, "citation": [CITATION]}],
            "contradictions": [
                {"kind": str, "subject": str, "sides": [{"text": str, "context": str, "citation": [CITATION]}]}
            ],
            "open_questions": [{"text": str, "reason": str, "origin": str, "citation": [CITATION]}],
            "consultations": [{"organization": str, "date": TEXT, "role": TEXT, "result": TEXT}],
            "annexes": [{"name": str, "pages": int, "statement": (STATEMENT, None), "citation": [CITATION]}],
            "withheld": [STATEMENT],
            "remarks": [{"id": str, "kind": str, "text": TEXT, "author": TEXT, "written": str}],
            "prompts": [{"name": str, "sha256": str}],
            "plain_language": ([STATEMENT], None),
            "form": [FORM],
            "decisions": [DECISION],
            "changes": [{"paper": str, "changes": [CHANGE]}],
            "missing_attachments": [MISSING],
            "drawings": [UNREADABLE],
        }
    ],
    "coverage": {
        "pages": int,
        "read": int,
        "unreadable": [UNREADABLE],
        "ocr": [PAGE],
        "drawings": [UNREADABLE],
        "unassigned": [PAGE],
        "without_papers": [str],
        "missing_attachments": [MISSING],
    },
    "model": MODEL,
    "seconds": NUMBER,
    "energy_wh": (int, float, None),
    "energy_how": TEXT,
}
ANSWER = {
    "question": str,
    "answered": bool,
    "answer": str,
    "statements": [STATEMENT],
    "pages_read": int,
    "pages_total": int,
    "seconds": NUMBER,
}
FILE = {"id": TEXT, "name": TEXT}
HITS = {
    "hits": [
        {
            "file": FILE,
            "page": (int, None),
            "paper": {"id": str, "reference": TEXT, "name": TEXT},
            "meeting": TEXT,
            "date": TEXT,
            "score": NUMBER,
            "snippet": str,
            "duplicates": [{"file": FILE, "page": (int, None), "meeting": TEXT}],
        }
    ],
    "seconds": NUMBER,
}
JOBS = {
    "jobs": [
        {"id": str, "kind": str, "title": str, "state": str, "done": int, "total": int, "created": str, "error": TEXT}
    ]
}
MODELS = {
    "models": [
        {
            "key": str,
            "name": str,
            "publisher": str,
            "licence": str,
            "languages": [str],
            "size_bytes": (int, None),
            "memory_mb": int,
            "context": int,
            "sha256": TEXT,
            "state": str,
            "path": TEXT,
        }
    ]
}


def misfits(value: Any, shape: Shape, where: str = "$") -> list[str]:
    """Where `value` does not have this shape; empty if it does."""
    if isinstance(shape, tuple):
        tried = [misfits(value, choice, where) for choice in shape]
        return [] if [] in tried else min(tried, key=len)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where} is no object: {value!r}"]
        missing = [f"{where}.{key} is missing" for key in shape if key not in value]
        inner = [m for key, part in shape.items() if key in value for m in misfits(value[key], part, f"{where}.{key}")]
        return missing + inner
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where} is no list: {value!r}"]
        return [m for n, entry in enumerate(value) for m in misfits(entry, shape[0], f"{where}[{n}]")]
    if shape is None:
        return [] if value is None else [f"{where} is not null: {value!r}"]
    fits = isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
    return [] if fits else [f"{where} is no {shape.__name__}: {value!r}"]
