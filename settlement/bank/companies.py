"""法人略語・営業所略語・事業略語: how kinds of companies are shortened in the names of accounts.

Compared: 京葉銀行's page on kana names and a published 別表（法人略語・営業所略語・事業略語); they
agree on all that is here.
"""

# 法人: written with a bracket on the side of the name: ｶ) at the head, (ｶ at the tail, (ｶ) between.
COMPANIES = {
    "株式会社": "ｶ",
    "有限会社": "ﾕ",
    "合名会社": "ﾒ",
    "合資会社": "ｼ",
    "合同会社": "ﾄﾞ",
    "医療法人社団": "ｲ",
    "医療法人財団": "ｲ",
    "社会医療法人": "ｲ",
    "医療法人": "ｲ",
    "一般財団法人": "ｻﾞｲ",
    "公益財団法人": "ｻﾞｲ",
    "財団法人": "ｻﾞｲ",
    "一般社団法人": "ｼﾔ",
    "公益社団法人": "ｼﾔ",
    "社団法人": "ｼﾔ",
    "宗教法人": "ｼﾕｳ",
    "学校法人": "ｶﾞｸ",
    "社会福祉法人": "ﾌｸ",
    "更生保護法人": "ﾎｺﾞ",
    "相互会社": "ｿ",
    "特定非営利活動法人": "ﾄｸﾋ",
    "地方独立行政法人": "ﾁﾄﾞｸ",
    "独立行政法人": "ﾄﾞｸ",
    "弁護士法人": "ﾍﾞﾝ",
    "行政書士法人": "ｷﾞﾖ",
    "司法書士法人": "ｼﾎｳ",
    "税理士法人": "ｾﾞｲ",
    "国立大学法人": "ﾀﾞｲ",
    "公立大学法人": "ﾀﾞｲ",
    "農事組合法人": "ﾉｳ",
    "管理組合法人": "ｶﾝﾘ",
    "社会保険労務士法人": "ﾛｳﾑ",
}
# 営業所: the same brackets.
OFFICES = {"営業所": "ｴｲ", "出張所": "ｼﾕﾂ"}
# 事業: no bracket.
TRADES = {
    "連合会": "ﾚﾝ",
    "共済組合": "ｷﾖｳｻｲ",
    "協同組合": "ｷﾖｳｸﾐ",
    "生命保険": "ｾｲﾒｲ",
    "海上火災保険": "ｶｲｼﾞﾖｳ",
    "火災海上保険": "ｶｻｲ",
    "健康保険組合": "ｹﾝﾎﾟ",
    "国民健康保険組合": "ｺｸﾎ",
    "厚生年金基金": "ｺｳﾈﾝ",
    "従業員組合": "ｼﾞﾕｳｸﾐ",
    "労働組合": "ﾛｳｸﾐ",
    "生活協同組合": "ｾｲｷﾖｳ",
    "社会福祉協議会": "ｼﾔｷﾖｳ",
}
# As they are written in kana, and with the signs for them.
READ = {
    "カブシキガイシャ": "株式会社",
    "カブシキカイシャ": "株式会社",
    "ユウゲンガイシャ": "有限会社",
    "ユウゲンカイシャ": "有限会社",
    "ゴウドウガイシャ": "合同会社",
    "ゴウドウカイシャ": "合同会社",
    "ゴウシガイシャ": "合資会社",
    "ゴウシカイシャ": "合資会社",
    "ゴウメイガイシャ": "合名会社",
    "ゴウメイカイシャ": "合名会社",
    "㈱": "株式会社",
    "㍿": "株式会社",
    "㈲": "有限会社",
    "㈴": "合名会社",
    "㈾": "合資会社",
    "㈳": "社団法人",
    "㈶": "財団法人",
    "㈻": "学校法人",
    "（株）": "株式会社",
    "(株)": "株式会社",
    "（有）": "有限会社",
    "(有)": "有限会社",
    "（同）": "合同会社",
    "(同)": "合同会社",
    "（資）": "合資会社",
    "(資)": "合資会社",
    "（名）": "合名会社",
    "(名)": "合名会社",
}
BRACKETED = {**COMPANIES, **OFFICES}
SHORT_FORMS = tuple(dict.fromkeys(COMPANIES.values()))
# Longer words first: 医療法人社団 before 社団法人 and 医療法人.
SPELLINGS = sorted(READ.items(), key=lambda pair: -len(pair[0]))
WORDS = sorted({**BRACKETED, **TRADES}.items(), key=lambda pair: -len(pair[0]))


def shortened(name: str) -> tuple[str, list[tuple[str, str]]]:
    """A name with its company, offices and trades in their short forms, and what became what."""
    changes: list[tuple[str, str]] = []
    for read, company in SPELLINGS:
        if read in name:
            name = name.replace(read, company)
    for word, short in WORDS:
        while word in name:
            name, became = _replaced(name, word, short, bracketed=word in BRACKETED)
            changes.append((word, became))
    return name, changes


def _replaced(name: str, word: str, short: str, *, bracketed: bool) -> tuple[str, str]:
    before, _, after = name.partition(word)
    before, after = before.rstrip(" 　"), after.lstrip(" 　")
    became = short
    if bracketed:
        became = ("(" if before else "") + short + (")" if after or not before else "")
    return before + became + after, became
