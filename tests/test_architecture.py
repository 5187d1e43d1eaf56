"""The order of things: imports run one way, the server stays without torch, names stand for what there is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS: tuple[tuple[str, ...], ...] = (
    ("core.allowance", "core.atomic", "core.cuda_graph", "core.downloads", "core.dropout", "core.errors", "core.flatten", "core.folders", "core.frames", "core.idx", "core.locks",
     "core.machine", "core.image_files", "core.memory", "core.once", "core.pictures_in",
     "core.records", "core.run_queue", "core.sheet", "core.stats", "core.stopwatch", "core.supported"),
    ("core.catalog", "core.curve", "core.database", "core.lost", "core.metrics", "core.preprocessing", "core.published", "core.recipe", "core.resolution",
     "core.teacher", "core.walkthrough"),
    ("core.cards", "core.device", "core.mirror", "core.runs", "core.sources", "core.summaries"),
    ("core.checkpoint", "core.datasets", "core.fits", "core.learning", "core.networks", "core.provenance", "core.sizes"),
    ("core.learner", "core.splits"),
    ("core.parts",),
    ("core.training",),
    ("core.child", "core.engines", "core.estimates", "core.speed", "core.worker"),
    ("core.classroom", "core.guesses", "core.installed", "core.job", "core.jobs", "core.lifecycle", "core.runner", "core.snapshots"),
    ("core.answers", "core.evaluation", "core.kernels", "core.planned", "core.sprite", "core.trust", "core.warmup"),
    ("core.classify", "core.draws", "core.explain", "core.export", "core.silenced", "core.studies"),
    ("core.gradcam", "core.library", "core.overview", "core.strip"),
    ("core.contest", "core.few", "core.pretraining", "core.samples", "core.smaller"),
    ("core.command", "core.printing", "core.questions"),
    ("core.__main__",),
    ("demo.address", "demo.ahead", "demo.alive", "demo.chart_theme", "demo.hosting", "demo.identity", "demo.late", "demo.leaving",
     "demo.server", "demo.text"),
    (
        "demo.charts",
        "demo.evidence",
        "demo.components",
        "demo.fetching",
        "demo.local",
        "demo.pictures",
        "demo.question",
        "demo.session",
        "demo.thumbnails",
        "demo.widgets",
    ),
    ("demo.figures", "demo.lesson", "demo.picking", "demo.questions", "demo.study", "demo.teaching", "demo.verdict", "demo.voting"),
    ("demo.lessons",),
    ("demo.studio", "demo.classifier", "demo.classifier_api", "demo.classifier_desk", "demo.classifier_look", "demo.classifier_views"),
    ("demo.space",),
    ("app",),
)
"""A module imports from its own layer and from those before it. A new module needs a place here."""

TORCH_FREE = (
    "core.__main__", "core.classroom", "core.command", "core.engines", "core.errors", "core.estimates", "core.guesses", "core.jobs", "core.lost",
    "core.metrics", "core.recipe", "core.records", "core.runs", "core.sizes", "core.sources", "core.sprite", "core.stats",
    "core.questions.audit", "core.questions.lessons", "core.questions.studies",
    "demo.charts", "demo.lessons.architectures", "demo.lessons.audit", "demo.lessons.dropout", "demo.lessons.home", "demo.lessons.runs",
    "demo.alive", "demo.hosting", "demo.lessons.convolution", "demo.lessons.draw", "demo.lessons.glossary",
    "demo.lessons.network", "demo.lessons.pooling",
    "demo.lessons.warmup", "demo.lessons.seeing", "demo.lessons.splits", "demo.lessons.train", "demo.session", "demo.studio",
)  # fmt: skip
HEAVY = ("torch", "torchvision", "sklearn", "gradio", "pandas")
"""What costs seconds, and must not be imported before somebody needs it."""
SCREEN = ("streamlit", "gradio", "demo", "app")
VISITOR = ("session_state", "query_params", "context", "cache_data", "cache_resource")
"""What of Streamlit belongs to one visitor or to all: demo/session.py alone touches it."""


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    files = [*ROOT.glob("core/**/*.py"), *ROOT.glob("demo/**/*.py"), ROOT / "app.py"]
    return {_name(file): file for file in files}


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = modules()


def imports(module: str, only_at_import: bool = False) -> Iterator[str]:
    """The dotted names that a module imports: `from core import runs` is `core.runs`."""
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


def layer(module: str) -> int:
    """The place of a module in LAYERS; a package stands for what is in it."""
    for place, names in enumerate(LAYERS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return place
    raise AssertionError(f"{module} has no place in LAYERS of {Path(__file__).name}; give it one")


def ours(names: Iterator[str]) -> set[str]:
    """Of these names the ones of this project, packages without a module of their own left out."""
    return {name for name in names if name in MODULES and name not in ("core", "demo")}


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"core", "demo"}))
def test_imports_run_one_way(module: str) -> None:
    back = [name for name in ours(imports(module)) if layer(name) > layer(module)]
    assert not back, f"{module} imports {back}, which stand above it"


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


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("core")))
def test_core_knows_no_screen(module: str) -> None:
    assert not [name for name in imports(module) if name.split(".")[0] in SCREEN]


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("demo.lessons.")))
def test_lessons_never_import_each_other(module: str) -> None:
    """A lesson may consist of several files: `train.py`, `train_live.py`."""
    own = _lesson(module)
    others = [n for n in imports(module) if n.startswith("demo.lessons.") and _lesson(n) != own]
    assert not others, f"{module} imports {others}"


def _lesson(module: str) -> str:
    return module.split(".")[2].split("_")[0]


@pytest.mark.parametrize("module", TORCH_FREE)
def test_the_server_imports_nothing_heavy(module: str) -> None:
    reached, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        for found in imports(name, only_at_import=True):
            assert found.split(".")[0] not in HEAVY, (
                f"{module} reaches {found} through {name} when it is imported"
            )
            if found in MODULES and found not in reached:
                reached.add(found)
                waiting.append(found)


def test_a_process_that_imports_the_server_s_parts_has_no_torch() -> None:
    code = f"import sys, {', '.join(TORCH_FREE)}; print([n for n in {HEAVY!r} if n in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.stdout.strip() == "[]", answer.stdout + answer.stderr[-2000:]


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("demo")))
def test_only_the_session_touches_what_belongs_to_a_visitor(module: str) -> None:
    if module == "demo.session":
        return
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st"
    }
    assert not used & set(VISITOR), f"{module} uses st.{', st.'.join(used & set(VISITOR))}"


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("core") and name not in ("core.atomic", "core.downloads")))
def test_files_are_written_whole_or_not_at_all(module: str) -> None:
    """By core.atomic; downloads alone go on where they were."""
    calls = [node for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    written = [ast.unparse(call) for call in calls if _writes(call)]
    assert not written, f"{module} writes to a final name: {written}; use core.atomic"


def _writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute | ast.Name):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
    modes = [word.value for word in [*call.args, *(key.value for key in call.keywords)] if isinstance(word, ast.Constant)]
    if name == "open":
        return any(isinstance(mode, str) and set(mode) & set("wax+") and set(mode) <= set("wax+rbt") for mode in modes)
    return name in ("write_text", "write_bytes", "save_file")


def test_no_folder_is_named_pages() -> None:
    """Streamlit would make pages of whatever lies in it."""
    assert not [path for path in ROOT.glob("**/pages") if ".venv" not in path.parts]


def test_the_recipe_s_names_are_the_registries_names() -> None:
    from core import learning, networks, recipe, resolution, sources, splits

    assert set(recipe.NETWORKS) == set(networks.NETWORKS)
    assert set(recipe.FILTERS) == set(resolution.FILTERS)
    assert set(recipe.SPLITS) == set(splits.METHODS)
    assert set(recipe.OPTIMIZERS) == set(learning.OPTIMIZERS)
    assert set(recipe.SCHEDULES) == set(learning.SCHEDULES)
    assert set(recipe.LOSSES) == set(learning.LOSSES)
    assert set(recipe.AUGMENTS) == set(learning.AUGMENTS)
    assert {name: source.shape[-1] for name, source in sources.SOURCES.items()} == recipe.SIDES
    assert all(source.shape[-1] == source.shape[-2] for source in sources.SOURCES.values())


def test_a_data_set_s_first_network_takes_its_pictures() -> None:
    from core import networks, recipe, sources

    assert set(recipe.NETWORK_FOR) == set(sources.SOURCES)
    for name, network in recipe.NETWORK_FOR.items():
        source = sources.SOURCES[name]
        assert networks.layer_table(network, source.shape)[-1].output_shape == (len(source.classes),)
