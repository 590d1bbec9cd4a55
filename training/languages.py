"""Make `data/languages.json`: the commonest words of each language, by which its texts are told.

    python training/languages.py -o src/canonym/data

From the small lists of wordfreq; the same bytes every time.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from wordfreq import top_n_list

from canonym.profile.words import LANGUAGES

ABOUT = "The commonest words of each language, from the small lists of wordfreq: made by training/languages.py."


def commonest(lang: str) -> list[str]:
    """Words of two letters or more, sorted: of the first 150 for English, which is tried first, else of 300."""
    count = 150 if lang == "en" else 300
    return sorted(w for w in top_n_list(lang, count, "small") if w.isalpha() and len(w) > 1)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path("src/canonym/data"))
    folder = parser.parse_args().output
    words = {lang: " ".join(commonest(lang)) for lang in LANGUAGES}
    made = json.dumps({"about": ABOUT, **words}, ensure_ascii=False, indent=0)
    (folder / "languages.json").write_text(made + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
