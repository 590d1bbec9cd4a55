"""The shape of the package: layers, cycles, what is imported at start-up, and the length of modules."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import canonym

PACKAGE = Path(canonym.__file__).parent
MOST_LINES = 400

#: The layers, lowest first; a package stands for all that is in it. A module imports from lower layers, or
#: from its own package.
ROWS = (
    "_native patterns versions",
    "datafiles indexfile model native",
    "npz",
    "explanation given kept plans shelf snippets",
    "text",
    "domains homographs namesakes protected rewrite romanise scripts spelling",
    "keys",
    "deletions indexkeys letters lexicon packs similarity table trees",
    "check index merge profile scan segments",
    "candidates evidence features foreseen repair",
    "doubts",
    "rivals sound tongues",
    "caseless compare decide",
    "accept found listed nearest",
    "company",
    "amid",
    "lesser spans standing whose",
    "alone outcomes pages verdicts",
    "believe",
    "around editing looked meant",
    "recognise",
    "resolve",
    "board corpus export importers inventory judgements tablediff",
    "columns discover evaluate pipeline workers",
    "plots report",
    "integrations service",
    "cli",
)
LAYERS = {name: number for number, row in enumerate(ROWS) for name in row.split()}
OUTERMOST = LAYERS["integrations"]
#: The front door and `python -m canonym` stand outside the layers: they only hand on.
OUTSIDE = {"", "__main__"}

#: Too slow for start-up: imported inside the functions that need them, but for the modules below.
HEAVY = {
    *("ahocorasick_rs", "datatrove", "ftfy", "jinja2", "numpy", "pandas", "polars", "pyarrow", "pyspark"),
    *("rapidfuzz", "rich", "scipy", "sklearn", "spacy", "starlette", "unidecode", "uvicorn", "wordfreq"),
    "zstandard",
}
#: Modules made of arrays and text kernels, themselves imported late: what each may import at its top.
#: A package stands for its modules. A step of datatrove is a class made from one of datatrove's.
ALLOWED = {"similarity": {"numpy", "rapidfuzz"}, "trees": {"numpy"}, "integrations": {"datatrove"}}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module by its dotted name within the package, with its file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


NAMES = dict(modules())


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(NAMES[name].read_text(encoding="utf-8"))


def imports(name: str, *, top: bool) -> Iterator[tuple[str, int]]:
    """What a module imports, with the line, but for type checking; with `top`, not what functions import."""
    package = name if NAMES[name].name == "__init__.py" else name.rpartition(".")[0]

    def visit(node: ast.AST) -> Iterator[tuple[str, int]]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for other in node.orelse:
                yield from visit(other)
            return
        if top and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = ["canonym", *package.split(".")] if package else ["canonym"]
                base = ".".join([*up[: len(up) - node.level + 1], *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{base}.{alias.name}".removeprefix("canonym").lstrip(".")
                known = base.split(".")[0] == "canonym" and inner in NAMES
                yield f"{base}.{alias.name}" if known else base, node.lineno
        for child in ast.iter_child_nodes(node):
            yield from visit(child)

    yield from visit(tree(name))


def inside(target: str) -> str | None:
    """The dotted name within the package of what is imported, or None where it comes from elsewhere."""
    if target.split(".")[0] != "canonym":
        return None
    return target.removeprefix("canonym").lstrip(".")


def unit(name: str) -> str:
    return name.split(".")[0]


def test_every_module_has_a_layer() -> None:
    strays = {unit(name) for name in NAMES} - LAYERS.keys() - OUTSIDE
    assert not strays, f"give these a place in ROWS: {sorted(strays)}"


@pytest.mark.parametrize("name", [n for n in NAMES if unit(n) not in OUTSIDE])
def test_imports_come_from_lower_layers(name: str) -> None:
    wrong = []
    for target, line in imports(name, top=False):
        other = inside(target)
        if other is None or unit(other) == unit(name) or unit(other) == "":
            continue
        if LAYERS.get(unit(other), 99) >= LAYERS.get(unit(name), 99):
            wrong.append(f"{NAMES[name].name}:{line} imports canonym.{other}")
    assert not wrong


def test_only_the_outer_layers_use_the_front_door() -> None:
    """`import canonym` inside the package is for commands and integrations, which use it as anyone would."""
    wrong = [
        f"{NAMES[name].name}:{line}"
        for name in NAMES
        if LAYERS.get(unit(name), 0) < OUTERMOST and unit(name) not in OUTSIDE
        for target, line in imports(name, top=False)
        if target == "canonym"
    ]
    assert not wrong


def test_no_cycle() -> None:
    """Between modules, whatever is imported late included; a package's __init__ counts with its modules."""
    graph = {
        name: {
            other
            for target, _ in imports(name, top=False)
            if (other := inside(target)) and other in NAMES and other != name and not name.startswith(f"{other}.")
        }
        for name in NAMES
        if unit(name) not in OUTSIDE
    }
    try:
        tuple(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail(f"these import each other: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("name", list(NAMES))
def test_no_heavy_import_at_module_level(name: str) -> None:
    allowed = ALLOWED.get(unit(name), set())
    wrong = [
        f"{NAMES[name].name}:{line} imports {target}"
        for target, line in imports(name, top=True)
        if target.split(".")[0] in HEAVY - allowed
    ]
    assert not wrong, "import it in the function that needs it, or say in ALLOWED why not"


def test_start_up_reaches_no_module_of_arrays() -> None:
    """What `import canonym.cli` pulls in, followed through the package, is none of ALLOWED."""
    seen: set[str] = set()
    left = ["", *(n for n in NAMES if unit(n) == "cli")]
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        left += [o for t, _ in imports(name, top=True) if (o := inside(t)) in NAMES and o is not None]
    assert not {unit(name) for name in seen} & ALLOWED.keys()


@pytest.mark.parametrize("name", list(NAMES))
def test_no_module_outgrows_a_reader(name: str) -> None:
    lines = NAMES[name].read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{NAMES[name]} has {lines} lines; split it by what its parts are about"


@pytest.mark.parametrize("name", [n for n in NAMES if unit(n) == "cli"])
def test_the_command_line_imports_little(name: str) -> None:
    """At module level: the standard library, click, the words of the project and how they are made, and itself."""
    for target, line in imports(name, top=True):
        other = inside(target)
        assert other is None or unit(other) in ("cli", "model"), f"{name}:{line} imports {target}"
