"""What nobody has to compute: the first 200 words of each item's papers, handed in as the peers hand in their texts.

Called like them (gemeinsam.py); it needs no model. The words are the papers' own, so they are quotes, not sentences of a model.
"""

from __future__ import annotations

import json

from gemeinsam import WORDS, arguments, items


def main() -> None:
    """Write the file."""
    given = arguments(__doc__)
    made = [
        {
            "id": item.number, "number": item.number, "name": item.title, "public": True, "resolution": None,
            "statements": [{
                "text": " ".join(item.text.split()[:WORDS]), "origin": "verbatim", "check": "none",
                "citation": [{"file": given.pack.name, "page": page} for page in item.pages],
            }],
        }
        for item in items(given)
    ]  # fmt: skip
    out = {"of": "the first words", "pack": given.pack.name, "seconds": 0.0, "agendaItem": made}
    given.aus.parent.mkdir(parents=True, exist_ok=True)
    given.aus.write_text(json.dumps(out, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
