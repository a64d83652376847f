"""Japanese."""

from pubpipe.languages.profile import Checking, LanguageProfile, Numbers, Quotes, Subtitles, Typesetting

PROFILE = LanguageProfile(
    tag="ja",
    english_name="Japanese",
    native_name="日本語",  # CLDR languages/ja
    locale="ja",
    word_locale="ja-JP",
    script="Jpan",
    script_ranges=(
        (0x3005, 0x3007),  # iteration mark, zero
        (0x3040, 0x30FF),  # Hiragana, Katakana
        (0x31F0, 0x31FF),  # Katakana Phonetic Extensions
        (0x3400, 0x9FFF),  # CJK ideographs
        (0xF900, 0xFAFF),  # CJK Compatibility Ideographs
        (0xFF66, 0xFF9F),  # half-width Katakana
    ),
    word_class="east-asian",
    fonts=("Noto Sans JP", "Noto Sans"),
    spaced=False,
    sentence_joint="",  # W3C JLREQ 3.1.2: no space after the full stop
    calendars=("gregorian", "japanese"),  # CLDR calendarPreference, Japan
    quotes=Quotes(open="「", close="」", inner_open="『", inner_close="』"),  # CLDR delimiters, ja
    typesetting=Typesetting(
        leading="0.8em",  # W3C JLREQ 2.4.2: line gap of half to one character
        emphasis="weight",  # Noto Sans JP has no italic; W3C JLREQ 3.3.9 knows none
        # W3C JLREQ 3.1.7
        not_at_line_start="、。，．・：；？！」』）】〕〉》ー々ゝヽぁぃぅぇぉっゃゅょァィゥェォッャュョ",
        size=10.0,
    ),
    checking=Checking(
        length_ratio=0.45,  # measured (`make quality`)
        sentence_end="。？！",  # W3C JLREQ 3.1.2, cl-06 and cl-04
        # drafted, measured
        negation=(
            "ない",
            "なく",
            "なかっ",
            "なけれ",
            "なし",
            "ません",
            "ず",
            "ぬ",
            "非",
            "不",
            "無",
            "未",
            "禁",
            "いいえ",
        ),
        negation_accidents=("必ず", "まず", "いずれ", "わずか", "非常", "無料", "未来", "不動産"),  # drafted, measured
        negation_sure=("ません", "ではない", "てはならない"),  # drafted, measured
        # drafted, measured
        affirmed=(
            "かもしれません",
            "だけではありません",
            "だけではない",
            "ほかなりません",
            "なければなりません",
            "のみならず",
        ),
        # drafted, measured
        obligation=(
            "ねばならない",
            "なければならない",
            "なければなりません",
            "なくては",
            "ないといけ",
            "ねば",
            "べき",
            "ものとする",
            "必要",
            "必ず",
            "必須",
            "義務",
            "要する",
        ),
        signature=((0x3041, 0x30FF),),  # Unicode blocks Hiragana, Katakana
        question_end=("か",),  # the particle of questions; formal text writes ですか。
    ),
    sample=(  # machine-drafted, for pseudo-translation only
        "移住 労働者 は 公正 な 賃金 と 良い 労働 条件 を 得る 権利 が あり "
        "どの 国 で 働く 場合 も 法律 の もと で 家族 と ともに 等しく 守られる サービス "
        "センター"
    ),
    numbers=Numbers(
        # CLDR spell-out rules and compact decimals, ja; two scale words join ("千万": 10^7)
        scales={"百": 2, "千": 3, "万": 4, "億": 8, "兆": 12},
        not_scales=("百貨", "千葉"),  # department store, a prefecture
        # CLDR calendars, japanese: the common-era year before year 1 of the era
        eras={"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867},
        era_first_year="元",  # CLDR calendars, japanese: 元年
        # CLDR numbering systems hanidec and jpan
        numerals="〇一二三四五六七八九十百千",
        # CLDR units, concentr-percent, and the other words in use
        percent=("パーセント", "割"),
        # CLDR currencies, ja: the noun of each name without its country
        currencies={
            "USD": ("ドル",),
            "THB": ("バーツ",),
            "KHR": ("リエル",),
            "MMK": ("チャット",),
            "VND": ("ドン",),
            "LAK": ("キープ",),
            "JPY": ("円",),
            "EUR": ("ユーロ",),
            "GBP": ("ポンド",),
            "CNY": ("元",),
            "MYR": ("リンギット",),
            "KRW": ("ウォン",),
        },
    ),
    # Netflix Timed Text Style Guide, Japanese: horizontal subtitles of programmes for adults
    subtitles=Subtitles(line=13, speed=4),
    engine_codes={"mymemory": "ja-JP"},
)
