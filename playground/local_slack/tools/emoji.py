"""Makes slack/static/emoji.json from npm's `emoji-datasource`, the data from which Slack's own short codes come.

    npm pack emoji-datasource && tar xzf emoji-datasource-*.tgz package/emoji.json package/package.json
    python playground/local_slack/tools/emoji.py package

The data is under the MIT licence, (c) Cal Henderson; the file that is made says so.
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src" / "local_slack" / "static" / "emoji.json"


def characters(unified: str) -> str:
    """The characters of an emoji. unified: its code points in hexadecimal, joined by hyphens."""
    return "".join(chr(int(point, 16)) for point in unified.split("-"))


def short_codes(entries: list[dict[str, Any]]) -> dict[str, str]:
    """Every short code, without its colons, and the characters that it stands for."""
    return {name: characters(entry["unified"]) for entry in entries for name in entry["short_names"]}


def main(package: Path) -> None:
    """Writes the file. package: the unpacked npm package."""
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    codes = short_codes(json.loads((package / "emoji.json").read_text(encoding="utf-8")))
    made = {
        "source": f"{about['name']} {about['version']}",
        "license": f"{about['license']}, (c) Cal Henderson",
        "codes": dict(sorted(codes.items())),
    }
    TARGET.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
