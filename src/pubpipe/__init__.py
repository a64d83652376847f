"""pubpipe: an English summary in, reviewed Word and PDF in six languages of the Mekong and Japan out."""

__version__ = "0.1.0"
