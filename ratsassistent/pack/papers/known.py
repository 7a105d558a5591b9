"""A paper of which somebody says what files it has, so that nothing has to be found out.

What enters: ReadFiles in their order, and of each whether it is the paper itself. What leaves: one Paper with all their pages.
What it does not know: who says so, agendas, meetings.
"""

from __future__ import annotations

from collections.abc import Sequence

from ratsassistent.oparl import Paper, Public
from ratsassistent.pack.files.pages import ReadFile
from ratsassistent.pack.papers.documents import Document, paper_of
from ratsassistent.pack.papers.papers import documents_of
from ratsassistent.pack.papers.sheets import sheets_of


def known_paper(
    files: Sequence[tuple[ReadFile, bool]],
    *,
    own: str,
    reference: str | None,
    name: str,
    kind: str | None = None,
    public: Public = None,
) -> Paper:
    """The paper that these files are.

    Where none of them is said to be the paper itself, their first pages tell. It is not public if one of them says so.

    :param files: with True for the paper itself, False for what is attached to it. :param own: the id of the paper.
    """
    anyone = any(is_main for _, is_main in files)
    documents: list[Document] = []
    for read, is_main in files:
        found = documents_of(sheets_of(read))
        for number, document in enumerate(found):
            if anyone and is_main and number == 0:
                document.role = "main"
            elif anyone and not is_main and document.role == "main":
                document.role = "annex"
        documents += found
    made = paper_of(documents, reference, None, public)
    closed = made.public is False or any(document.confidential for document in documents)
    return made.model_copy(
        update={
            "id": own,
            "name": name,
            "paperType": kind or made.paperType,
            "public": False if closed else public,
        }
    )
