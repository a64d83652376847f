"""Khmer."""

from pubpipe.languages.profile import Checking, LanguageProfile, Numbers, Quotes, Typesetting

PROFILE = LanguageProfile(
    tag="km",
    english_name="Khmer",
    native_name="ខ្មែរ",  # CLDR languages/km
    locale="km",
    word_locale="km-KH",
    script="Khmr",
    script_ranges=((0x1780, 0x17FF), (0x19E0, 0x19FF)),  # Unicode blocks Khmer, Khmer Symbols
    word_class="complex",
    fonts=("Noto Sans Khmer", "Noto Sans"),
    spaced=False,  # Unicode ch. 16.4: spaces separate phrases, not words
    sentence_joint=" ",
    native_digits="០១២៣៤៥៦៧៨៩",  # CLDR numbering system khmr
    quotes=Quotes(open="“", close="”", inner_open="‘", inner_close="’"),  # CLDR delimiters, km
    typesetting=Typesetting(
        leading="1em",  # measured: below it, coeng stacks touch the line above
        tracking_min="-0.02em",
        tracking_max="0.05em",
        dictionary_breaks=True,  # UAX #14, class SA
        emphasis="weight",  # Noto Sans Khmer has no italic
        not_at_line_start="ៗ។៕៖ៈ",  # W3C Khmer Layout Requirements, line breaking
    ),
    checking=Checking(
        length_ratio=0.98,  # measured (`make quality`)
        sentence_end="។៕?!",  # Unicode ch. 16.4: KHAN, BARIYOOSAN
        negation=("មិន", "ពុំ", "គ្មាន", "កុំ", "អត់", "ឥត"),  # drafted, measured
        negation_accidents=("កុំព្យូទ័រ", "កុំឡុង"),  # computer, during
        negation_sure=("មិន", "ពុំ"),  # drafted, measured
        obligation=("ត្រូវ", "ចាំបាច់", "គប្បី", "កាតព្វកិច្ច", "តម្រូវ", "គួរ"),  # drafted, measured
    ),
    sample=(  # machine-drafted, for pseudo-translation only
        "កម្មករ ចំណាកស្រុក មាន សិទ្ធិ ទទួល បាន ប្រាក់ឈ្នួល ត្រឹមត្រូវ និង លក្ខខណ្ឌ ការងារ ល្អ នៅ "
        "គ្រប់ ប្រទេស ដែល ពួកគេ ធ្វើការ ព្រម ទាំង ការគាំពារ ស្មើគ្នា ក្រោម ច្បាប់ សម្រាប់ គ្រួសារ "
        "ស្ត្រី ឪពុក ម្តាយ"
    ),
    numbers=Numbers(
        # CLDR spell-out rules and compact decimals, km; two scale words join ("ពាន់លាន": 10^9)
        scales={"រយ": 2, "ពាន់": 3, "ម៉ឺន": 4, "សែន": 5, "លាន": 6, "កោដិ": 7, "ប៊ីលាន": 9, "ទ្រីលាន": 12},
        not_scales=("រយៈ",),  # duration, period
        year_offsets=(543,),  # Buddhist era, in use beside the common era in official documents
        # CLDR units, concentr-percent
        percent=("ភាគរយ",),
        # CLDR currencies, km: the noun of each name without its country
        currencies={
            "USD": ("ដុល្លារ",),
            "THB": ("បាត",),
            "KHR": ("រៀល",),
            "MMK": ("គីយ៉ាត",),
            "VND": ("ដុង",),
            "LAK": ("គីប",),
            "JPY": ("យេន",),
            "EUR": ("អឺរ៉ូ",),
            "GBP": ("ផោន",),
            "CNY": ("យ័ន",),
            "MYR": ("រីងហ្គីត",),
            "KRW": ("វ៉ុន",),
        },
    ),
    engine_codes={"mymemory": "km-KH"},
)
