"""The page's modules as a whole: what imports what."""

import re
from importlib import resources
from pathlib import Path

import pytest

JS = Path(str(resources.files("local_slack") / "static")) / "js"
# `import … from "./a.js"`, `import "./a.js"`, and the types of JSDoc: import("./a.js").
_IMPORT = re.compile(r"""\bimport\s*(?:[\w*{][^"';]*?\bfrom\s*)?\(?\s*["'](\.[^"']+)["']""")

Imports = dict[Path, set[Path]]


def imports_within(root: Path) -> Imports:
    """Every module below root, and the modules that it imports, by their paths below root."""
    modules = {path: path.read_text(encoding="utf-8") for path in root.rglob("*.js")}
    return {
        path.relative_to(root): {
            (path.parent / name).resolve().relative_to(root.resolve()) for name in _IMPORT.findall(text)
        }
        for path, text in modules.items()
    }


def cycle_in(imports: Imports) -> list[Path]:
    """Modules that import one another in a circle, the first one again at the end; empty if there are none."""
    done: set[Path] = set()

    def below(module: Path, path: list[Path]) -> list[Path]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for imported in sorted(imports[module]):
            found = below(imported, [*path, module])
            if found:
                return found
        done.add(module)
        return []

    return next((found for module in sorted(imports) if (found := below(module, []))), list[Path]())


def test_no_module_of_the_page_imports_itself_by_way_of_others() -> None:
    imports = imports_within(JS)
    assert imports[Path("app.js")] > {Path("composer.js"), Path("inspector/pane.js")}
    assert [str(module) for module in cycle_in(imports)] == []


@pytest.mark.parametrize(
    "link",
    [
        'import { c } from "../c.js";',
        'import {\n  c,\n  d,\n} from "../c.js";',
        'import "../c.js";',
        'import * as c from "../c.js";',
        'export const c = () => import("../c.js");',
        '/** @typedef {import("../c.js").Type} Type */',
    ],
)
def test_a_circle_is_found_whatever_an_import_looks_like(link: str, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.js").write_text('import { b } from "./below/b.js";\n', encoding="utf-8")
    (tmp_path / "below" / "b.js").write_text(f"/** Says import. */\n\n{link}\n", encoding="utf-8")
    (tmp_path / "c.js").write_text('import { a } from "./a.js";\n', encoding="utf-8")
    found = cycle_in(imports_within(tmp_path))
    assert [str(module) for module in found] == ["a.js", "below/b.js", "c.js", "a.js"]


def test_every_module_is_reached_from_the_page() -> None:
    imports = imports_within(JS)
    reached, waiting = set[Path](), [Path("app.js")]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += imports[module]
    assert reached == set(imports)
