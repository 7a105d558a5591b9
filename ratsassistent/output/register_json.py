"""Resolutions as the JSON that scripts rely on.

What enters: objects of `resolutions`. What leaves: plain dicts for `json.dumps`.
What it does not know: commands, where the objects came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ratsassistent.output import contract
from ratsassistent.resolutions import RegisterEntry, Resolution, ResolutionSource

JSON = dict[str, Any]


def resolution(given: Resolution) -> JSON:
    """A resolution; `text` is the adopted wording, `proposal` what the paper proposed."""
    return {
        "id": given.id,
        "meeting": given.meeting_oparl_id or given.meeting_id,
        "meeting_name": given.meeting,
        "organization": given.organization,
        "date": given.date,
        "agendaItem": given.item_oparl_id or given.item_id,
        "number": given.number,
        "name": given.name,
        "public": given.public,
        "references": list(given.references),
        "result": given.result,
        "outcome": given.outcome,
        "vote": given.vote.model_dump() if given.vote else None,
        "unanimous": given.unanimous,
        "subject": given.subject,
        "text": given.text,
        "proposal": given.proposal,
        "proposal_citation": contract.citations(given.proposal_citation),
        "citation": contract.citations(given.citation),
        "sources": [_source(source) for source in given.sources],
        "contradictions": list(given.contradictions),
        "role": given.role,
        "status": given.status,
        "deadline": given.deadline.isoformat() if given.deadline else None,
        "office": given.office,
        "note": given.note,
        "entered": given.entered.isoformat() if given.entered else None,
        "author": given.author,
    }


def listed(given: Sequence[Resolution], seconds: float) -> JSON:
    """What `beschluesse --json` prints."""
    return {"resolutions": [resolution(one) for one in given], "seconds": seconds}


def entry(given: RegisterEntry) -> JSON:
    """What a person entered at one time."""
    return given.model_dump(mode="json", exclude={"item_id"})


def _source(given: ResolutionSource) -> JSON:
    told = contract.decision(given.decision)
    return {
        "kind": given.kind,
        "ref": given.ref,
        **{k: told[k] for k in ("result", "outcome", "vote", "text", "citation")},
    }
