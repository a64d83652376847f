"""python -m pubpipe: the command line."""

from pubpipe.cli import main

main()
