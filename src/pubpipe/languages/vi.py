"""Vietnamese."""

from pubpipe.languages.profile import Checking, LanguageProfile, Numbers, Quotes, Subtitles, Typesetting

PROFILE = LanguageProfile(
    tag="vi",
    english_name="Vietnamese",
    native_name="Tiếng Việt",  # CLDR languages/vi
    locale="vi",
    word_locale="vi-VN",
    script="Latn",
    script_ranges=(
        (0x0041, 0x024F),
        (0x1E00, 0x1EFF),
        (0x0300, 0x036F),
    ),  # Unicode Latin blocks, combining marks
    word_class="latin",
    fonts=("Noto Sans",),
    spaced=True,
    sentence_joint=" ",
    date_pattern="'ngày' d 'tháng' M 'năm' y",  # CLDR dateFormats/full without the weekday; the formal written form
    quotes=Quotes(open="“", close="”", inner_open="‘", inner_close="’"),  # CLDR delimiters, vi
    typesetting=Typesetting(leading="0.7em"),  # measured: room for two marks on a capital
    checking=Checking(
        length_ratio=1.05,  # measured (`make quality`)
        sentence_end=".?!…",  # drafted, measured
        negation=("không", "chưa", "chẳng", "đừng", "phi", "vô", "cấm", "bất"),  # drafted, measured
        # any, extremely, for example, space, air, aviation
        negation_accidents=(
            "bất kỳ",
            "bất kì",
            "bất cứ",
            "vô cùng",
            "chẳng hạn",
            "không gian",
            "không khí",
            "hàng không",
        ),
        negation_sure=("không", "chẳng"),  # drafted, measured
        obligation=("phải", "cần", "buộc", "nên", "bắt buộc", "nghĩa vụ", "yêu cầu"),  # drafted, measured
    ),
    sample=(  # machine-drafted, for pseudo-translation only
        "người lao động di cư có quyền được trả lương công bằng và hưởng điều kiện làm việc tốt ở "
        "mọi quốc gia nơi họ sống cùng sự bảo vệ bình đẳng trước pháp luật cho gia đình phụ nữ và "
        "những người già"
    ),
    numbers=Numbers(
        # CLDR spell-out rules and compact decimals, vi, with the spelling and regional forms of the same words
        scales={"trăm": 2, "nghìn": 3, "ngàn": 3, "vạn": 4, "triệu": 6, "tỷ": 9, "tỉ": 9},
        months={
            f"tháng {word}": number  # months by name; CLDR writes them with digits only
            for number, words in enumerate(
                [
                    "giêng/một",
                    "hai",
                    "ba",
                    "tư",
                    "năm",
                    "sáu",
                    "bảy",
                    "tám",
                    "chín",
                    "mười",
                    "mười_một/mười_một",
                    "chạp/mười_hai",
                ],
                1,
            )
            for word in words.replace("_", " ").split("/")
        },
        # CLDR units, concentr-percent
        percent=("phần trăm",),
        # CLDR currencies, vi: the noun of each name without its country
        currencies={
            "USD": ("đô la", "đô-la"),
            "THB": ("bạt", "baht"),
            "KHR": ("riel",),
            "MMK": ("kyat",),
            "VND": ("đồng",),
            "LAK": ("kip",),
            "JPY": ("yên",),
            "EUR": ("euro",),
            "GBP": ("bảng",),
            "CNY": ("nhân dân tệ",),
            "MYR": ("ringgit",),
            "KRW": ("won",),
        },
        # drafted, measured
        word_accidents=(
            "hàng năm",
            "hằng năm",
            "mỗi năm",
            "một năm",
            "trong năm",
            "năm nay",
            "năm qua",
            "năm trước",
            "năm sau",
            "không",
        ),  # a year in different phrases; "not" is also the word for zero
    ),
    # Netflix Timed Text Style Guide, Vietnamese: character limit, reading speed of programmes for adults
    subtitles=Subtitles(line=42, speed=17),
    engine_codes={"mymemory": "vi-VN"},
    latin_diacritics=True,
)
