"""The command line: `python -m core VERB`. It does what the app does, without a browser.

Progress goes to stderr; with --json, one JSON object goes to stdout. Exit 0: done. 1: a run failed or broke off. 2: bad input,
told in one line. 130: stopped.
"""

from __future__ import annotations

import sys

from core.system import supported

if supported.refuses():
    sys.exit(2)

import json
from collections.abc import Sequence

from core.cli.parser import VERBS, make_parser
from core.engines.malloc import tune_malloc
from core.system import log
from core.vocabulary.errors import LabError


def main(words: Sequence[str] | None = None) -> int:
    """Runs one verb with the options in `words` (None: those of the process). Returns the exit code: see this module's docstring."""
    tune_malloc()
    try:
        log.configure()
        parser = make_parser((__doc__ or "").splitlines()[0])
        options = parser.parse_args(words)
        if options.verb is None:
            parser.print_help(sys.stderr)
            return 2
        verb = VERBS[options.verb]
        answer = verb.run(options)
        if options.json:
            print(json.dumps(answer))
        else:
            verb.show(answer)
        return verb.exit_code(answer)
    except LabError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except (OSError, ImportError) as error:
        return _ended(error)


def _ended(error: Exception) -> int:
    """What a fault of the system means: 2 and a line where somebody can mend it; else it goes on its way."""
    if isinstance(error, BrokenPipeError):  # the reader of our output, `head` perhaps, has seen enough
        sys.stderr.close()
        return 0
    sentence = supported.explained(error)
    if not sentence and isinstance(error, OSError) and error.filename:  # a folder or a file that cannot be used
        sentence = f"{error.filename}: {error.strerror}"
    if not sentence:
        raise error
    print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
