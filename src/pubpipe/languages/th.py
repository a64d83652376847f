"""Thai."""

from pubpipe.languages.profile import Checking, LanguageProfile, Numbers, Quotes, Subtitles, Typesetting

PROFILE = LanguageProfile(
    tag="th",
    english_name="Thai",
    native_name="ไทย",  # CLDR languages/th
    locale="th",
    word_locale="th-TH",
    script="Thai",
    script_ranges=((0x0E00, 0x0E7F),),  # Unicode block Thai
    word_class="complex",
    fonts=("Noto Sans Thai", "Noto Sans"),
    spaced=False,  # Unicode ch. 16.1: spaces separate phrases, not words
    sentence_joint=" ",
    native_digits="๐๑๒๓๔๕๖๗๘๙",  # CLDR numbering system thai
    word_numbers="thaiNumbers",
    word_number_switch="THAIARABIC",
    calendar="buddhist",  # CLDR calendarPreference, Thailand
    calendars=("buddhist", "gregorian"),  # the same
    quotes=Quotes(open="“", close="”", inner_open="‘", inner_close="’"),  # CLDR delimiters, th
    typesetting=Typesetting(
        leading="0.85em",  # measured
        tracking_min="-0.02em",
        tracking_max="0.05em",
        dictionary_breaks=True,  # UAX #14, class SA
        emphasis="weight",  # Noto Sans Thai has no italic
        not_at_line_start="ๆฯ",  # W3C Thai Layout Requirements, line breaking
    ),
    checking=Checking(
        length_ratio=0.87,  # measured (`make quality`)
        sentence_end="",  # Unicode ch. 16.1: no mark ends a Thai sentence
        negation=("ไม่", "มิ", "ไร้", "ปราศจาก", "ห้าม", "อย่า", "เลิก"),  # drafted, measured
        negation_accidents=("อย่าง", "มิถุน", "มิตร", "มิติ"),  # manner, June, friend, dimension
        negation_sure=("ไม่",),  # drafted, measured
        obligation=("ต้อง", "จำเป็น", "ควร", "พึง", "บังคับ"),  # drafted, measured
        # drafted, measured
        question_end=("ไหม", "หรือไม่", "หรือ", "อะไร", "ทำไม", "อย่างไร", "เท่าไร", "เท่าไหร่", "เมื่อไร", "ที่ไหน", "ใคร"),
    ),
    sample=(  # machine-drafted, for pseudo-translation only
        "แรงงาน ข้ามชาติ มี สิทธิ ได้รับ ค่าจ้าง ที่ เป็นธรรม และ สภาพ การทำงาน ที่ดี ใน ทุก "
        "ประเทศ ซึ่ง พวกเขา ทำงาน อยู่ พร้อม ความคุ้มครอง ที่ เท่าเทียม ภายใต้ กฎหมาย สำหรับ "
        "ครอบครัว ผู้หญิง น้ำ ผู้ใหญ่"
    ),
    numbers=Numbers(
        # CLDR spell-out rules and compact decimals, th; two scale words join ("พันล้าน": 10^9)
        scales={"ร้อย": 2, "พัน": 3, "หมื่น": 4, "แสน": 5, "ล้าน": 6},
        not_scales=("ร้อยละ", "พันธ", "แสนสาหัส"),  # per cent, bond, severe
        year_offsets=(543,),  # CLDR calendars, buddhist: year 1 is 543 before the common era
        # CLDR units, concentr-percent, and the other words in use
        percent=("เปอร์เซ็นต์", "ร้อยละ"),
        # CLDR currencies, th: the noun of each name without its country
        currencies={
            "USD": ("ดอลลาร์",),
            "THB": ("บาท",),
            "KHR": ("เรียล",),
            "MMK": ("จ๊าต",),
            "VND": ("ดอง",),
            "LAK": ("กีบ",),
            "JPY": ("เยน",),
            "EUR": ("ยูโร",),
            "GBP": ("ปอนด์",),
            "CNY": ("หยวน",),
            "MYR": ("ริงกิต",),
            "KRW": ("วอน",),
        },
    ),
    # Netflix Timed Text Style Guide, Thai: character limitation, reading speed of programmes for adults
    subtitles=Subtitles(line=35, speed=17),
    engine_codes={"mymemory": "th-TH"},
)
