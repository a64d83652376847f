"""The termbase: what a term is, whether the table is sound, where terms stand and whether a translation has
them."""

from pubpipe.glossary.matching import Matcher, matcher
from pubpipe.glossary.table import load, load_file
from pubpipe.glossary.terms import Glossary, Rendering, Term
from pubpipe.glossary.verifying import FINDINGS, verify

__all__ = ["FINDINGS", "Glossary", "Matcher", "Rendering", "Term", "load", "load_file", "matcher", "verify"]
