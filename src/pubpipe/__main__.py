"""python -m pubpipe: the command line."""

from pubpipe.cli import main

if __name__ == "__main__":  # worker processes import this module again
    main()
