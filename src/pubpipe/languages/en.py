"""English, the source."""

from pubpipe.languages.profile import Checking, LanguageProfile, Quotes, Typesetting

PROFILE = LanguageProfile(
    tag="en",
    english_name="English",
    native_name="English",
    locale="en",
    word_locale="en-GB",
    script="Latn",
    script_ranges=((0x0041, 0x024F),),
    word_class="latin",
    fonts=("Noto Sans",),
    spaced=True,
    sentence_joint=" ",
    quotes=Quotes(open="“", close="”", inner_open="‘", inner_close="’"),  # CLDR delimiters, en
    typesetting=Typesetting(leading="0.65em"),
    checking=Checking(
        length_ratio=1.0,
        sentence_end=".?!…",
        negation=("not", "never", "no", "none", "cannot", "without", "nor", "n't"),
    ),
    engine_codes={"mymemory": "en-GB"},
)
