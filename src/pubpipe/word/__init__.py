"""The words of a Word file and where each of them stands: what the reader reads is what the renderer writes back.

Both use this one walk over the package, so that the units of a document and the paragraphs of its file match by
construction. `open_word` unpacks, `read_words` walks; a `Spot` knows where a text stood.
"""

from pubpipe.word.charts import Cached, DrawnParagraph, DrawnTag, drawn_characters, drawn_texts, read_drawn
from pubpipe.word.package import (
    DC,
    MC,
    PROPERTY_ORDER,
    SYMBOL_FONTS,
    WP,
    XML_SPACE,
    A,
    Changes,
    O,
    R,
    V,
    Value,
    W,
    WordFile,
    accept_changes,
    open_word,
    relations_of,
    remove,
    text_of,
    unwrap,
    value_of,
)
from pubpipe.word.paragraph import Anchor, Paragraph, Tag, Token, Wrapper
from pubpipe.word.walk import Derived, Node, Place, Spot, Words, read_words

__all__ = [
    "DC",
    "MC",
    "PROPERTY_ORDER",
    "SYMBOL_FONTS",
    "WP",
    "XML_SPACE",
    "A",
    "Anchor",
    "Cached",
    "Changes",
    "Derived",
    "DrawnParagraph",
    "DrawnTag",
    "Node",
    "O",
    "Paragraph",
    "Place",
    "R",
    "Spot",
    "Tag",
    "Token",
    "V",
    "Value",
    "W",
    "WordFile",
    "Words",
    "Wrapper",
    "accept_changes",
    "drawn_characters",
    "drawn_texts",
    "open_word",
    "read_drawn",
    "read_words",
    "relations_of",
    "remove",
    "text_of",
    "unwrap",
    "value_of",
]
