"""Lao."""

from pubpipe.languages.profile import Checking, LanguageProfile, Numbers, Quotes, Typesetting

PROFILE = LanguageProfile(
    tag="lo",
    english_name="Lao",
    native_name="ລາວ",  # CLDR languages/lo
    locale="lo",
    word_locale="lo-LA",
    script="Laoo",
    script_ranges=((0x0E80, 0x0EFF),),  # Unicode block Lao
    word_class="complex",
    fonts=("Noto Sans Lao", "Noto Sans"),
    spaced=False,  # Unicode ch. 16.2: spaces separate phrases, not words
    sentence_joint=" ",
    native_digits="໐໑໒໓໔໕໖໗໘໙",  # CLDR numbering system laoo
    calendar="gregorian",  # CLDR calendarPreference, Laos
    calendars=("gregorian", "buddhist"),  # CLDR calendars, lo: it names the Buddhist era
    quotes=Quotes(open="“", close="”", inner_open="‘", inner_close="’"),  # CLDR delimiters, lo
    typesetting=Typesetting(
        leading="0.85em",  # measured
        tracking_min="-0.02em",
        tracking_max="0.05em",
        dictionary_breaks=True,  # UAX #14, class SA
        emphasis="weight",  # Noto Sans Lao has no italic
        not_at_line_start="ໆຯ",  # W3C Lao Layout Requirements, line breaking
    ),
    checking=Checking(
        length_ratio=0.91,  # measured (`make quality`)
        sentence_end="",  # Unicode ch. 16.2: no mark of its own; usage differs, so none is asked for
        negation=("ບໍ່", "ບໍ", "ຫ້າມ", "ຢ່າ", "ປາສະຈາກ", "ໄຮ້"),  # drafted, measured
        negation_accidents=("ຢ່າງ", "ບໍລິ", "ບຳນ"),  # manner, service and company, pension
        negation_sure=("ບໍ່",),  # drafted, measured
        obligation=("ຕ້ອງ", "ຈຳເປັນ", "ຄວນ", "ພຶງ", "ບັງຄັບ"),  # drafted, measured
    ),
    sample=(  # machine-drafted, for pseudo-translation only
        "ແຮງງານ ຍ້າຍຖິ່ນ ມີ ສິດ ໄດ້ຮັບ ຄ່າຈ້າງ ທີ່ ເປັນທຳ ແລະ ເງື່ອນໄຂ ການເຮັດວຽກ ທີ່ດີ ໃນ ທຸກ "
        "ປະເທດ ທີ່ ພວກເຂົາ ເຮັດວຽກ ພ້ອມ ການປົກປ້ອງ ຢ່າງ ເທົ່າທຽມ ພາຍໃຕ້ ກົດໝາຍ ສຳລັບ ຄອບຄົວ "
        "ແມ່ຍິງ ນ້ຳ ຜູ້ໃຫຍ່"
    ),
    numbers=Numbers(
        # CLDR compact decimals, lo, and the same words of the spell-out rules in Lao script
        scales={"ຮ້ອຍ": 2, "ພັນ": 3, "ໝື່ນ": 4, "ແສນ": 5, "ລ້ານ": 6, "ຕື້": 9},
        not_scales=("ຮ້ອຍລະ", "ພັນທະ", "ພັນລະຍາ"),  # per cent, obligation, wife
        year_offsets=(543,),  # Buddhist era, in use beside the common era
        spelled_below=100,  # CLDR 48 spells lo from 100 on with Thai letters
        # CLDR units, concentr-percent, and the other words in use
        percent=("ເປີເຊັນ", "ຮ້ອຍລະ", "ສ່ວນຮ້ອຍ"),
        # CLDR currencies, lo: the noun of each name without its country
        currencies={
            "USD": ("ໂດລ່າ", "ໂດລາ"),
            "THB": ("ບາດ",),
            "KHR": ("ຣຽວ",),
            "MMK": ("ຈ໊າດ",),
            "VND": ("ດົງ",),
            "LAK": ("ກີບ",),
            "JPY": ("ເຢນ",),
            "EUR": ("ຢູໂຣ",),
            "GBP": ("ປອນ",),
            "CNY": ("ຢວນ",),
            "MYR": ("ຣິງກິດ",),
            "KRW": ("ວອນ",),
        },
    ),
    engine_codes={"mymemory": "lo-LA"},
)
