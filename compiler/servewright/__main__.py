"""The command's entry point: ``servewright`` and ``python -m servewright``."""

from __future__ import annotations

import gc
import os
import sys

INTERNAL_ERROR = 4
INTERRUPTED = 130


def main() -> None:
    """Run the command line; an exception that nobody expected exits with 4."""
    # There is next to nothing that only the cycle collector frees, and looking for it takes a few per cent of the time.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # The same bytes in every locale.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    try:
        from servewright.cli.parser import main as run

        code = run(sys.argv[1:], os.environ)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        _report(error)
        code = INTERNAL_ERROR
    sys.exit(code)


def entry() -> None:
    """Run the command line and end the process at once: taking two hundred modules apart takes as long as the work."""
    try:
        main()
    except SystemExit as end:
        # argparse and main() exit with a number, and every file that was written is closed.
        for stream in (sys.stdout, sys.stderr):
            try:  # noqa: SIM105 - contextlib would be loaded for this alone
                stream.flush()
            except OSError:
                pass  # nobody reads it any more
        os._exit(end.code if isinstance(end.code, int) else 0)


def _report(error: Exception) -> None:
    """What a bug report needs; not the exception's text, which might quote an input."""
    import traceback

    from servewright import __version__

    sys.stderr.write(
        f"servewright {__version__}: internal error ({type(error).__name__}); this is a bug, please report it with these lines:\n"
    )
    sys.stderr.write("".join(traceback.format_tb(error.__traceback__)))


if __name__ == "__main__":
    entry()
