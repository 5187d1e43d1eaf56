"""Whether this computer and this Python can run the lab: said in one line, before anything else is imported.

Standard library alone, and nothing that Python 3.7 could not read: it is run by whatever Python somebody has.
"""

from __future__ import annotations

import ctypes
import importlib.util
import platform
import struct
import sys

OLDEST = (3, 11)
RUNTIME = ("msvcp140.dll", "vcruntime140.dll", "vcruntime140_1.dll")
"""The files of Microsoft's C++ runtime that PyTorch loads."""
RUNTIME_SENTENCE = (
    "PyTorch cannot be loaded: Microsoft's C++ runtime is missing or too old on this computer; "
    "install https://aka.ms/vc14/vc_redist.x64.exe, then start again"
)
DLL_FAULTS = ("winerror 126", "winerror 127", "winerror 1114", "dll load failed")
"""How Windows says that a library, or one that it needs, could not be loaded."""


class Machine:
    """What is asked of a computer, so that a test can describe another one."""

    def __init__(self) -> None:
        self.python = sys.version_info[:3]
        self.executable = sys.executable
        self.bits = 8 * struct.calcsize("P")
        self.system = platform.system()
        self.processor = platform.machine().lower()

    def has(self, package: str) -> bool:
        """Whether a package can be imported."""
        return importlib.util.find_spec(package) is not None

    def loads(self, registry: str) -> bool:
        """Whether Windows finds a library."""
        try:
            ctypes.CDLL(registry)
        except OSError:
            return False
        return True


def problem(machine: Machine) -> str:
    """Why the lab cannot run here, in one line; "" where it can. README says what then ("Who cannot, and what then")."""
    exe = machine.executable
    if machine.python < OLDEST:
        return "Resolution Lab needs Python {}.{} or newer; this is Python {} ({})".format(*OLDEST, _dotted(machine.python), exe)
    if machine.bits < 64:
        return f"Resolution Lab needs a 64-bit Python, as PyTorch does; this one has {machine.bits} bits ({exe})"
    if not machine.has("torch"):
        return _without_torch(machine)
    if machine.system == "Windows" and not all(map(machine.loads, RUNTIME)):
        return RUNTIME_SENTENCE
    return ""


def refuses() -> bool:
    """Whether the lab cannot run here; the reason is printed then."""
    found = problem(Machine())
    if found:
        print(found, file=sys.stderr)
    return bool(found)


def _without_torch(machine: Machine) -> str:
    """Why PyTorch may be missing; where somebody has built it all the same, nothing is said."""
    if machine.system == "Darwin" and machine.processor == "x86_64":
        why = "it has not been made for Macs with an Intel processor since 2.2.2, and 2.6 is needed"
    elif machine.system == "Windows" and machine.processor in ("arm64", "aarch64"):
        why = "pip finds none for Windows on ARM"
    else:
        why = "the first command of README.md installs it"
    return f"PyTorch is not installed for this Python ({machine.executable}): {why}"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def explained(error: BaseException) -> str:
    """What a failed import of PyTorch means on Windows, in one line; "" for every other error."""
    text = str(error).lower()
    loading = isinstance(error, (OSError, ImportError)) and any(fault in text for fault in DLL_FAULTS)
    return RUNTIME_SENTENCE if loading else ""
