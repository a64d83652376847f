"""The command line: the only place that prints, and the one place where an error becomes an exit code."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys

from pubpipe.errors import Fault, GlossaryError, NotApproved, PubpipeError, fault

INTERRUPTED = 130


def main() -> None:
    """Run the command line; every failure ends here as one clear line and an exit code."""
    logging.basicConfig(
        level=os.environ.get("PUBPIPE_LOG", "WARNING").upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    _speak_utf8()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them reads every installed package
    gc.set_threshold(50_000, 20, 20)  # loading libraries makes many objects and no garbage: a tenth of the start
    atexit.register(gc.freeze)  # at the end everything is garbage: looking for it is a seventh of `status`
    try:
        from pubpipe.cli.app import command_line

        command_line(sys.argv[1] if len(sys.argv) > 1 else "")()
    except PubpipeError as error:
        if isinstance(error, Fault) and os.environ.get("PUBPIPE_DEBUG"):
            raise
        report(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as end:  # Typer makes the first the second
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        print("stopped; what was done is kept, start again to go on.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # the reader of our output (head, less) went away: that is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("PUBPIPE_DEBUG"):
            raise
        report(fault(error))
        sys.exit(Fault.exit_code)


def report(error: PubpipeError, prefix: str = "") -> None:
    """One clear line on what and where, one on what to do, and the single problems where there are several."""
    print(f"error: {prefix}{error.message}", file=sys.stderr)
    problems = error.problems if isinstance(error, GlossaryError) else ()
    reasons = error.reasons if isinstance(error, NotApproved) else ()
    for line in (*problems, *reasons):
        print(f"  - {line}", file=sys.stderr)
    if error.remedy:
        print(f"  {error.remedy}", file=sys.stderr)


def _speak_utf8() -> None:
    """Six scripts go through the terminal even where its locale says ASCII."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    main()
