"""How near is the estimate that is given before a briefing starts to what it then takes?

    python benchmarks/schaetzung.py --profil DATENORDNER PACK.pdf=TEMPO.json [PACK.pdf=TEMPO.json …]

What enters: packs, what `tempo.py` measured of each (without --tops), and a data folder whose `rechner.json` holds the
measurement of the same computer (`ratsassistent --datenordner DATENORDNER modelle messen`).
What leaves: for each pack tokens and seconds as estimated and as measured. "fresh": before anything was finished on this
computer; "learnt": after the packs before it in the list, whose times correct the profile as the program does it.
What it does not know: how briefings are written.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from ratsassistent import workflow
from ratsassistent.machine.estimate import learned, timed, work
from ratsassistent.machine.profile import FILE, Profile
from ratsassistent.settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profil", type=Path, required=True)
    parser.add_argument("--gelesen", action="store_true", help="the beginnings of the prompts were there already")
    parser.add_argument("packs", nargs="+")
    given = parser.parse_args()
    held = json.loads((given.profil / FILE).read_text(encoding="utf-8"))["profiles"]
    fresh = taught = next(Profile.model_validate(one) for one in held.values())
    print(f"{fresh.processor}: reads {fresh.read_tokens_per_s}, writes {fresh.write_tokens_per_s}, busy {fresh.busy}")
    fresh = taught = fresh.model_copy(update={"correction": 1.0, "runs": 0, "busy": False})
    for one in given.packs:
        pack, _, measured = one.rpartition("=")
        took = json.loads(Path(measured).read_text(encoding="utf-8"))["voll"]
        with (
            tempfile.TemporaryDirectory() as folder,
            workflow.workspace(Settings(data_folder=Path(folder), model_folders=())) as ws,
        ):
            (meeting,) = workflow.take_in(ws, [Path(pack)]).meetings
            items = [item for item in workflow.meeting(ws, meeting.id).agendaItem if item.has_files]
        counted = work(items, "voll", beginnings_kept=given.gelesen)
        before, after = timed(counted, fresh), timed(counted, taught)
        seconds = took["seconds"]
        print(
            f"{Path(pack).name}: {len(items)} items; read {before.tokens_read} ({took['tokens_read']}), "
            f"written {before.tokens_written} ({took['tokens_written']}); fresh {before.seconds:.0f} s "
            f"({before.seconds / seconds - 1:+.0%}), learnt {after.seconds:.0f} s ({after.seconds / seconds - 1:+.0%}), "
            f"took {seconds:.0f} s"
        )
        taught = learned(taught, after, seconds)


if __name__ == "__main__":
    main()
