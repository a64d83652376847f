"""Thai."""

from pubpipe.languages.profile import Checking, LanguageProfile, Quotes, Typesetting

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
    calendar="buddhist",  # CLDR calendarPreference, Thailand
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
        length_ratio=0.88,
        sentence_end="",  # Unicode ch. 16.1: no mark ends a Thai sentence
        negation=("ไม่", "มิ", "ไร้", "ปราศจาก", "ห้าม", "อย่า", "ไม่มี", "ยัง"),
    ),
    sample=(  # machine-drafted, for pseudo-translation only
        "แรงงาน ข้ามชาติ มี สิทธิ ได้รับ ค่าจ้าง ที่ เป็นธรรม และ สภาพ การทำงาน ที่ดี ใน ทุก "
        "ประเทศ ซึ่ง พวกเขา ทำงาน อยู่ พร้อม ความคุ้มครอง ที่ เท่าเทียม ภายใต้ กฎหมาย สำหรับ "
        "ครอบครัว ผู้หญิง น้ำ ผู้ใหญ่"
    ),
    engine_codes={"mymemory": "th-TH"},
)
