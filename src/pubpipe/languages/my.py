"""Burmese (Myanmar)."""

from pubpipe.languages.profile import Checking, LanguageProfile, Numbers, Quotes, Typesetting

PROFILE = LanguageProfile(
    tag="my",
    english_name="Burmese",
    native_name="မြန်မာ",  # CLDR languages/my
    locale="my",
    word_locale="my-MM",
    script="Mymr",
    script_ranges=(
        (0x1000, 0x109F),
        (0xA9E0, 0xA9FF),
        (0xAA60, 0xAA7F),
    ),  # Unicode Myanmar and its extensions
    word_class="complex",
    fonts=("Noto Sans Myanmar", "Noto Sans"),
    spaced=False,  # Unicode ch. 16.3: spaces separate phrases, not words
    sentence_joint=" ",
    native_digits="၀၁၂၃၄၅၆၇၈၉",  # CLDR numbering system mymr
    quotes=Quotes(open="“", close="”", inner_open="‘", inner_close="’"),  # CLDR delimiters, my
    typesetting=Typesetting(
        leading="1.15em",  # measured: below it, stacked consonants touch the line above
        line_breaks="simple",  # measured: a seventh of the time of the optimiser, breaks as good
        tracking_min="-0.02em",
        tracking_max="0.05em",
        dictionary_breaks=True,  # UAX #14, class SA
        emphasis="weight",  # Noto Sans Myanmar has no italic
        not_at_line_start="၊။",  # W3C Myanmar Script Resources, line breaking
    ),
    checking=Checking(
        length_ratio=1.35,  # measured (`make quality`)
        sentence_end="။?!",  # Unicode ch. 16.3: SECTION
        negation=("မ",),  # the prefix of verbal negation; also a common syllable: weak evidence
        # drafted, measured
        obligation=("ရမည်", "ရမယ်", "ရပါမည်", "ရမှာ", "ရန်လို", "ဖို့လို", "လိုအပ်", "မဖြစ်မနေ", "ရမ", "သင့်"),
        question_end=("လား", "လဲ", "လော", "နည်း", "သနည်း", "ပါလား"),  # the particles of yes-no and open questions
    ),
    sample=(  # machine-drafted, for pseudo-translation only
        "ရွှေ့ပြောင်း လုပ်သားများ သည် တရားမျှတသော လုပ်ခ နှင့် ကောင်းမွန်သော အလုပ်အကိုင် "
        "ပတ်ဝန်းကျင် ကို နိုင်ငံတိုင်း တွင် ရပိုင်ခွင့် ရှိသည် ကုမ္ပဏီ ဝန်ထမ်း အားလုံး ဥပဒေ "
        "အောက်တွင် တန်းတူ အကာအကွယ် ရ ပစ္စည်း အင်္ဂါ"
    ),
    numbers=Numbers(
        # CLDR spell-out rules and compact decimals, my
        scales={"ရာ": 2, "ထောင်": 3, "သောင်း": 4, "သိန်း": 5, "သန်း": 6, "ကုဋေ": 7, "မီလီယံ": 6, "ဘီလီယံ": 9, "ထရီလီယံ": 12},
        not_scales=("ရာခိုင်နှုန်း", "ရာနှုန်း", "ရာစု", "ရာသီ", "ရာဇဝတ်"),  # per cent, century, season, crime
        months={"ဇန္နဝါရီ": 1, "သြဂုတ်": 8},  # the spellings of TICO-19 and of older keyboards beside CLDR's
        scale_first=True,  # CLDR compact decimals, my: "ကုဋေ 0 သောင်း"
        # CLDR units, concentr-percent, and the other words in use
        percent=("ရာခိုင်နှုန်း", "ရာနှုန်း"),
        # CLDR currencies, my: the noun of each name without its country
        currencies={
            "USD": ("ဒေါ်လာ",),
            "THB": ("ဘတ်",),
            "KHR": ("ရီးယဲ",),
            "MMK": ("ကျပ်",),
            "VND": ("ဒေါင်",),
            "LAK": ("ကစ်",),
            "JPY": ("ယန်း",),
            "EUR": ("ယူရို",),
            "GBP": ("ပေါင်",),
            "CNY": ("ယွမ်",),
            "MYR": ("ရင်းဂစ်",),
            "KRW": ("ဝမ်",),
        },
        word_accidents=("ခုနှစ်",),  # year
    ),
    engine_codes={"mymemory": "my-MM"},
)
