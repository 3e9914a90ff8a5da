"""The command line of the book: `evidence --help`."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from evidence.sources.problems import DataError

# Importing a module of commands registers them, in the order of the help text.
from evidence_book.commands import (  # noqa: F401
    audit,
    build,
    check,
    cohort,
    editions,
    live,
    multiverse,
    new,
    run,
    screening,
    sweep,
)
from evidence_book.commands.app import UserError, app, describe_os_error, errors


def main() -> None:
    """Run the command line; a user's mistake is a message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no arrow gets its code.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except DataError as error:
        for problem in error.problems:
            errors.print(str(problem), markup=False)
        count = len(error.problems)
        errors.print(f"{count} problem{'s' if count > 1 else ''} found", style="bold red")
        sys.exit(1)
    except (UserError, ValueError) as error:
        errors.print(str(error), markup=False)
        sys.exit(1)
    except OSError as error:
        errors.print(describe_os_error(error), markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("stopped; pages that were running keep their last good form")
        sys.exit(130)
    except Exception as error:
        # Imported where it is needed: it takes longer than a build that finds nothing to do.
        from evidence.record.validation import ParameterError

        if not isinstance(error, ParameterError):
            raise
        errors.print(str(error), markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
