"""The order of things: imports run one way, the server stays without torch, names stand for what there is."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.places import ROOT

ORDER = (
    "core.vocabulary", "core.system", "core.datasets", "core.images", "core.training", "core.pretrained", "core.engines",
    "core.studies", "core.runs", "core.inference", "core.explain", "core.export", "core.classroom", "core.cli", "core.__main__",
    "demo.text", "demo.server", "demo.visitor", "demo.charts", "demo.components", "demo.ui", "demo.timeline", "demo.classroom", "demo.lessons",
    "demo.classifier", "demo.studio", "demo.space",
    "app",
)  # fmt: skip
"""The packages, and the few modules beside them. One imports from itself and from those before it."""

STARTS = ("app", "core.__main__", "core.engines.worker", "demo.server.health", "demo.studio")
"""What is started as a program, or by Streamlit. A page's `page.py` is imported when it is opened."""
HEAVY = ("torch", "torchvision", "sklearn", "gradio", "fastapi", "pandas")
"""What costs seconds, and must not be imported before somebody needs it: by neither a start nor a page."""
SCREEN = ("streamlit", "gradio", "demo", "app")
VISITOR = ("session_state", "query_params", "context", "cache_data", "cache_resource")
"""What of Streamlit belongs to one visitor or to all: the package demo.visitor alone touches it."""
MOST_ENTRIES = 16
"""Files and folders of a folder."""
ROOTS = {"core": {"__init__", "__main__"}, "demo": {"__init__", "studio", "space"}}
"""The modules that stand beside the packages."""


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    files = [*ROOT.glob("core/**/*.py"), *ROOT.glob("demo/**/*.py"), ROOT / "app.py"]
    return {_name(file): file for file in files}


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = modules()


@functools.cache
def imports(module: str, only_at_import: bool = False) -> tuple[str, ...]:
    """The dotted names that a module imports: `from core import runs` is `core.runs.store`."""
    return tuple(_imports(module, only_at_import))


def _imports(module: str, only_at_import: bool) -> Iterator[str]:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in _at_import(tree) if only_at_import else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module} uses a relative import"
            full = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else node.module for name in full)


def _at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are executed by an import: no functions, nothing that only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _at_import(node)


def place(module: str) -> int:
    """The place of a module's package in ORDER."""
    for number, name in enumerate(ORDER):
        if module == name or module.startswith(f"{name}."):
            return number
    raise AssertionError(f"{module} has no place in ORDER of {Path(__file__).name}; its package needs one")


def ours(names: Iterable[str]) -> set[str]:
    """Of these names the ones of this project, packages without a module of their own left out."""
    return {name for name in names if name in MODULES and name not in ("core", "demo")}


def test_every_name_in_the_order_exists() -> None:
    assert not [name for name in (*ORDER, *STARTS) if name not in MODULES]


def test_imports_run_one_way() -> None:
    back = [f"{module} imports {name}" for module in set(MODULES) - {"core", "demo"}
            for name in ours(imports(module)) if place(name) > place(module)]  # fmt: skip
    assert not back, f"against the order of packages: {sorted(back)}"


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {module: ours(imports(module, only_at_import=True)) for module in MODULES}

    def walk(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"a circle of imports: {' -> '.join((*way, module))}"
        if module not in done:
            for name in sorted(graph[module] - {module}):
                walk(name, (*way, module))
            done.add(module)

    done: set[str] = set()
    for module in sorted(graph):
        walk(module, ())


def test_core_knows_no_screen() -> None:
    assert not [f"{module} imports {name}" for module in MODULES if module.startswith("core")
                for name in imports(module) if name.split(".")[0] in SCREEN]  # fmt: skip


def test_lessons_never_import_each_other() -> None:
    """A lesson is a folder: `page.py`, its sections beside it."""
    lessons = [module for module in MODULES if module.startswith("demo.lessons.")]
    assert not [f"{module} imports {name}" for module in lessons for name in imports(module)
                if name.startswith("demo.lessons.") and name.split(".")[2] != module.split(".")[2]]  # fmt: skip


def entries(folder: Path) -> list[Path]:
    """What `ls` shows, without the folders in which a move left nothing but Python's own `__pycache__`."""
    return [path for path in folder.iterdir() if path.name != "__pycache__" and (path.is_file() or entries(path))]


def test_no_folder_is_crowded() -> None:
    """Lessons and texts aside: they are as many as there are lessons. `__init__.py` counts."""
    folders = [folder for top in ("core", "demo") for folder in (ROOT / top, *(ROOT / top).rglob("*/")) if folder.is_dir()]
    counts = {str(folder.relative_to(ROOT)): len(entries(folder)) for folder in folders if folder.name != "__pycache__"}
    aside = ("demo/lessons", "demo/text/en", "demo/screens")
    assert not {name: count for name, count in counts.items() if count > MOST_ENTRIES and name not in aside}


def test_no_module_stands_beside_the_packages_but_the_named_ones() -> None:
    for folder, named in ROOTS.items():
        assert {file.stem for file in (ROOT / folder).glob("*.py")} == named
    assert {file.stem for file in ROOT.glob("*.py")} == {"app"}


def torch_free() -> list[str]:
    """The starts, the pages, and whatever these import at once."""
    found = [*STARTS, *sorted(name for name in MODULES if re.fullmatch(r"demo\.lessons\.\w+\.page", name))]
    for module in found:  # grows while it is read
        found += sorted({name for name in imports(module, only_at_import=True) if name in MODULES} - set(found))
    return found


def test_the_server_imports_nothing_heavy() -> None:
    free = torch_free()
    assert len(free) > 100 and {"core.runs.manager", "core.vocabulary.recipe", "demo.visitor.session"} <= set(free)
    assert not [f"{module} imports {name}" for module in free
                for name in imports(module, only_at_import=True) if name.split(".")[0] in HEAVY]  # fmt: skip


@pytest.mark.slow
def test_a_process_that_imports_the_server_s_parts_has_no_torch() -> None:
    code = f"import sys, {', '.join(torch_free())}; print([n for n in {HEAVY!r} if n in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.stdout.strip() == "[]", answer.stdout + answer.stderr[-2000:]


def test_only_demo_visitor_touches_what_belongs_to_a_visitor() -> None:
    for module in MODULES:
        if not module.startswith("demo") or module.startswith("demo.visitor."):
            continue
        tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
        used = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st"
        }
        assert not used & set(VISITOR), f"{module} uses st.{', st.'.join(used & set(VISITOR))}"


def test_files_are_written_whole_or_not_at_all() -> None:
    """By core.system.atomic; downloads alone go on where they were."""
    for module in MODULES:
        if not module.startswith("core") or module in ("core.system.atomic", "core.datasets.download"):
            continue
        calls = [node for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        written = [ast.unparse(call) for call in calls if _writes(call)]
        assert not written, f"{module} writes to a final name: {written}; use core.system.atomic"


def _writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute | ast.Name):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
    modes = [word.value for word in [*call.args, *(key.value for key in call.keywords)] if isinstance(word, ast.Constant)]
    if name == "open":
        return any(isinstance(mode, str) and set(mode) & set("wax+") and set(mode) <= set("wax+rbt") for mode in modes)
    return name in ("write_text", "write_bytes", "save_file")


def test_core_s_own_init_offers_the_library_and_imports_nothing_of_ours() -> None:
    """An `__init__` stays without imports, so that one module can be had without its neighbours; core's is the one exception,
    for it is where a script finds the library, and each name is imported when it is asked for."""
    body = ast.parse((ROOT / "core/__init__.py").read_text(encoding="utf-8"))
    at_import = [node for node in _at_import(body) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {node.module for node in at_import if isinstance(node, ast.ImportFrom)} == {"__future__", "typing"} and len(at_import) == 2


def test_no_folder_is_named_pages() -> None:
    """Streamlit would make pages of whatever lies in it."""
    assert not [path for path in ROOT.glob("**/pages") if ".venv" not in path.parts]


def test_the_recipe_s_names_are_the_registries_names() -> None:
    from core.datasets import formats, splits
    from core.images import resampling
    from core.training import augmentation, optimizers
    from core.training.models import networks
    from core.vocabulary import layers, recipe
    from core.vocabulary.datasets import SOURCES
    from core.vocabulary.networks import NETWORKS
    from core.vocabulary.optimizers import OPTIMIZERS

    assert set(recipe.FILTERS) == set(resampling.FILTERS)
    assert set(recipe.SPLITS) == set(splits.METHODS)
    assert set(OPTIMIZERS) == set(optimizers.MAKERS)
    assert set(recipe.SCHEDULES) == set(optimizers.SCHEDULES)
    assert set(recipe.LOSSES) == set(optimizers.LOSSES)
    assert set(recipe.AUGMENTS) == set(augmentation.AUGMENTS)
    assert {name for source in SOURCES.values() for name in source.readers} <= set(formats.READERS)
    assert {source.network for source in SOURCES.values()} <= set(NETWORKS)
    assert {network.dataset for network in NETWORKS.values()} <= set(SOURCES)
    assert set(filter(None, layers.ACTIVATIONS.values())) == set(networks.ACTIVATIONS)
    assert all(source.sides[0] == source.side for source in SOURCES.values())
    assert all(table[name].name == name for table in (SOURCES, NETWORKS, OPTIMIZERS) for name in table)
    assert all(source.shape[-1] == source.shape[-2] for source in SOURCES.values())


def test_a_data_set_s_first_network_takes_its_pictures() -> None:
    from core.vocabulary import networks
    from core.vocabulary.datasets import SOURCES

    for source in SOURCES.values():
        assert networks.layer_table(source.network, source.shape)[-1].output_shape == (len(source.classes),)


def test_no_parameter_assumes_a_folder() -> None:
    """Who calls says which folder is meant: the command line, the server, a test."""
    assumed = []
    for module in MODULES:
        for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
            if module.startswith("core") and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                defaults = [ast.unparse(value) for value in (*node.args.defaults, *node.args.kw_defaults) if value is not None]
                assumed += [f"{module}.{node.name}: {value}" for value in defaults if "FOLDER" in value or "_folder()" in value]
    assert not assumed


# --- the pictures in README.md -------------------------------------------------------------------------------------

README = (ROOT / "README.md").read_text(encoding="utf-8")
ARROW = re.compile(r"^  (\S+) -->(?:\|([^|]+)\|)? (\S+)$")
Arrow = tuple[str, str, str]


def pictures() -> list[list[Arrow]]:
    """The Mermaid pictures: (from, label, to) of each arrow. Every line but the first is an arrow."""
    blocks = re.findall(r"^```mermaid\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    found = []
    for block in blocks:
        lines = block.splitlines()[1:]
        assert lines and all(map(ARROW.match, lines)), f"not an arrow: {[line for line in lines if not ARROW.match(line)]}"
        found.append([(match[1], match[2] or "", match[3]) for line in lines if (match := ARROW.match(line))])
    return found


def reached(module: str) -> set[str]:
    """The modules that one imports, and those that they import, and so on."""
    found, waiting = {module}, [module]
    while waiting:
        new = ours(imports(waiting.pop())) - found
        found |= new
        waiting += new
    return found


def test_the_picture_of_the_packages_is_true() -> None:
    packages, _ = pictures()
    drawn = {name for first, _, second in packages for name in (first, second)}
    assert drawn == set(ORDER), f"drawn and in the order are not the same: {sorted(drawn ^ set(ORDER))}"
    assert len(packages) == len(set(packages)), "an arrow is drawn twice"
    real = {(ORDER[place(module)], ORDER[place(name)]) for module in set(MODULES) - {"core", "demo"} for name in ours(imports(module))}
    assert not [f"{first} --> {second}" for first, _, second in packages if (first, second) not in real]
    assert not [f"{first} --> {second}" for first, _, second in packages if ORDER.index(first) <= ORDER.index(second)]


def test_the_list_of_packages_has_their_order() -> None:
    part = README.partition("| package | what it is |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `([\w.]+)` \|", part, re.MULTILINE)) == ORDER


def test_the_picture_of_a_run_is_a_way_that_exists() -> None:
    """Each station is a module, its neighbour is imported, started or handed to it, and what passes is a type of the core."""
    _, way = pictures()
    stations = [name for first, _, second in way for name in (first, second)]
    assert not [name for name in stations if name not in MODULES]
    strangers = [f"{first} --> {second}" for first, _, second in way if not (
        second in reached(first) or first in reached(second)
        or f'"{second}"' in MODULES[first].read_text(encoding="utf-8")  # starts it as a process
        or f'"{first}"' in MODULES[second].read_text(encoding="utf-8")
        or any({first, second} <= ours(imports(module)) for module in MODULES)  # a third hands one to the other
    )]  # fmt: skip
    assert not strangers, f"neither end knows the other: {strangers}"
    text = "\n".join(file.read_text(encoding="utf-8") for name, file in MODULES.items() if name.startswith("core."))
    names = set(re.findall(r"^(?:class )?([A-Z]\w+)(?:\(|:| =)", text, re.MULTILINE))
    assert not [label for _, label, _ in way for name in label.split(", ") if name not in names]
    come_to = {way[0][0]}
    for first, _, second in way:
        assert first in come_to, f"nothing leads to {first}"
        come_to.add(second)
    assert way[-1][2].rpartition(".")[0] == way[0][0].rpartition(".")[0], "the way ends at the page where it began"


def test_the_files_that_contributing_names_exist() -> None:
    part = README.partition("## Contributing")[2].partition("\n## ")[0]
    named = [name for name in re.findall(r"[`\s]((?:core|demo|tests|\.ci)/[\w./]*)", part) if "NAME" not in name and "FILE" not in name]
    assert len(named) > 15 and not [name for name in named if not (ROOT / name).exists()]
