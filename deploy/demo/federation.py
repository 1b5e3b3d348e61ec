"""The demo federation as facts: who takes part, what they are called, which rules they agreed to.

Every name is invented. Three facilities stand in for the three of the JR Shikoku case.
"""

from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from typing import Final, Literal

from msgspec import Struct

from settlement.paper.profiles import ProfileWritten
from settlement.paper.registration import check_digit

SEED: Final = 20250601
FIRST_ON: Final = date(2025, 6, 1)
DAYS_OF_A_CYCLE: Final = 15
YEN_PER_POINT: Final = 110  # 税込
STATIC_CARD_LIMIT_POINTS: Final = 500
LEAST_BALANCE_POINTS: Final = 50
REDEMPTION_PERCENT: Final = 8
VOIDS_PER_THOUSAND: Final = 5
CARD_PREFIX: Final = "6304"


class Named(Struct, frozen=True):
    """A party's code and its names in both languages."""

    code: str
    name_ja: str
    name_en: str


class Facility(Struct, frozen=True):
    """One shopping centre and the city it stands in."""

    code: str
    name_ja: str
    name_en: str
    city_ja: str
    city_en: str


class Trade(Struct, frozen=True):
    """What a shop sells: one department of the data; related trades share a category."""

    department: str
    code: str
    name_ja: str
    name_en: str
    category: str
    tills: int = 1

    @property
    def excluded(self) -> bool:
        """Whether its goods earn no points."""
        return self.category in EXCLUDED_CATEGORIES


class Tenant(Struct, frozen=True):
    """One trade in one facility, with its tills."""

    code: str
    name_ja: str
    name_en: str
    facility: int
    trade: Trade

    @property
    def tills(self) -> tuple[str, ...]:
        """The codes of its tills, unique within the tenant."""
        return tuple(f"T{number:02}" for number in range(1, self.trade.tills + 1))


class RankBonus(Struct, frozen=True):
    """What a rank adds to the base, for households that spent so much the year before."""

    rank: str
    year_yen: int
    multiplier: int
    funder: str


class Campaign(Struct, frozen=True):
    """Extra points in one facility for some days, and who pays for them by weight."""

    code: str
    name_ja: str
    name_en: str
    facility: int
    from_on: date
    to_on: date
    multiplier: int
    expires_on: date
    weights: tuple[tuple[Literal["tenant", "facility", "operator"], int], ...]


class Bought(Struct, frozen=True):
    """One receipt: what a household paid in one shop, as its till printed it."""

    facility: int
    trade: str
    household: int
    at: datetime
    business_date: date
    receipt_no: str
    paid_yen: int
    category: str
    excluded: bool

    @property
    def tenant(self) -> str:
        """The code of the shop's tenant."""
        return tenant_code(self.facility, self.trade)


OPERATOR: Final = Named("operator", "めぐりポイント運営（架空）", "Meguri Points (fictional)")
# Who issues the papers. No such company exists; the number is one of the domain page's vectors.
ISSUER: Final = ProfileWritten(
    date(2025, 4, 1),
    OPERATOR.name_ja,
    "760-0000",
    "香川県高松市架空町1番地",
    "デモの初期設定",
    OPERATOR.name_en,
    "T7123456789012",
    "精算担当",
    "087-000-0000",
    "seisan@example.jp",
)

FACILITIES: Final = (
    Facility("tokushima", "徳島駅 藍の杜テラス", "Ainomori Terrace Tokushima", "徳島", "Tokushima"),
    Facility("takamatsu", "高松駅 玉藻アベニュー", "Tamamo Avenue Takamatsu", "高松", "Takamatsu"),
    Facility("matsuyama", "松山駅 椿ガレリア", "Tsubaki Galleria Matsuyama", "松山", "Matsuyama"),
)


_POSTAL: Final = {"tokushima": "770", "takamatsu": "760", "matsuyama": "790"}


def recipient(party: Facility | Tenant, number: int) -> ProfileWritten:
    """Who the n-th party is on paper, with an invented number whose check digit is right."""
    twelve = f"{990_000_000_000 + number}"
    place = party if isinstance(party, Facility) else FACILITIES[party.facility]
    return ProfileWritten(
        date(2025, 4, 1),
        party.name_ja,
        f"{_POSTAL[place.code]}-0000",
        f"{place.city_ja}市架空町{number}番地",
        "デモの初期設定",
        party.name_en,
        f"T{check_digit(twelve)}{twelve}",
    )


PREMIUM: Final = RankBonus("premium", year_yen=200_000, multiplier=2, funder="operator")

CAMPAIGN: Final = Campaign(
    code="takamatsu-5x",
    name_ja="高松5倍",
    name_en="Takamatsu ×5",
    facility=1,
    from_on=date(2025, 6, 6),
    to_on=date(2025, 6, 8),
    multiplier=5,  # 5倍: the base included
    expires_on=date(2025, 8, 31),
    weights=(("facility", 1), ("tenant", 1)),
)

EXCLUDED_CATEGORIES: Final = ("fuel", "liquor")

_TRADES: Final = (
    Trade("GROCERY", "supermarket", "食品スーパー", "Supermarket", "food", tills=4),
    Trade("FROZEN GROCERY", "frozen-foods", "冷凍食品", "Frozen Foods", "food"),
    Trade("DRUG GM", "drugstore", "ドラッグストア", "Drugstore", "drugs", tills=2),
    Trade("PRODUCE", "greengrocer", "青果", "Greengrocer", "produce", tills=2),
    Trade("MEAT", "butcher", "精肉", "Butcher", "meat"),
    Trade("MEAT-PCKGD", "charcuterie", "ハム・加工肉", "Charcuterie", "meat"),
    Trade("DELI", "deli", "惣菜", "Deli", "deli"),
    Trade("PASTRY", "bakery", "ベーカリー", "Bakery", "bakery"),
    Trade("SEAFOOD", "fishmonger", "鮮魚", "Fishmonger", "seafood"),
    Trade("SEAFOOD-PCKGD", "dried-fish", "干物・練り物", "Dried Fish", "seafood"),
    Trade("NUTRITION", "health-foods", "健康食品", "Health Foods", "health"),
    Trade("COSMETICS", "cosmetics", "化粧品", "Cosmetics", "cosmetics"),
    Trade("FLORAL", "florist", "生花", "Florist", "flowers"),
    Trade("SALAD BAR", "salad-bar", "サラダ", "Salad Bar", "food-court"),
    Trade("CHEF SHOPPE", "kitchen", "洋食", "Kitchen", "food-court"),
    Trade("RESTAURANT", "diner", "食堂", "Diner", "food-court"),
    Trade("GARDEN CENTER", "garden-shop", "園芸", "Garden Shop", "garden"),
    Trade("TRAVEL & LEISURE", "travel-goods", "旅行・レジャー用品", "Travel Goods", "leisure"),
    Trade("AUTOMOTIVE", "car-goods", "カー用品", "Car Goods", "car"),
    Trade("PHOTO & VIDEO", "photo-studio", "写真", "Photo Studio", "photo"),
    Trade("TOYS", "toyshop", "玩具", "Toys", "toys"),
    Trade("FUEL", "fuel-station", "給油所", "Fuel Station", "fuel"),
    Trade("SPIRITS", "liquor-shop", "酒類", "Liquor Shop", "liquor"),
)
TRADES: Final = {one.department: one for one in _TRADES}

# What each trade's shop calls itself in 徳島, 高松 and 松山.
_SIGNS: Final = {
    "supermarket": ("うず市", "Uzuichi", "玉藻市", "Tamamoichi", "椿いち", "Tsubakiichi"),
    "frozen-foods": ("雪ぐら", "Yukigura", "氷室や", "Himuroya", "霜ばしら", "Shimobashira"),
    "drugstore": ("藍葉堂", "Aibado", "波音堂", "Namiotodo", "城下薬房", "Joka Yakubo"),
    "greengrocer": ("すだち籠", "Sudachi Kago", "朝摘み屋", "Asatsumiya", "みかん籠", "Mikan Kago"),
    "butcher": ("山吹屋", "Yamabukiya", "牛歩", "Gyuho", "炭と赤身", "Sumi to Akami"),
    "charcuterie": ("樫の木", "Kashinoki", "いぶし家", "Ibushiya", "桜けむり", "Sakura Kemuri"),
    "deli": ("おかず藍", "Okazu Ai", "夕餉や", "Yugeya", "まるいお膳", "Marui Ozen"),
    "bakery": ("小麦日和", "Komugibiyori", "麦の香", "Muginoka", "こむぎ坂", "Komugizaka"),
    "fishmonger": ("渦潮丸", "Uzushiomaru", "瀬戸灯", "Setoakari", "伊予凪", "Iyonagi"),
    "dried-fish": ("浜風", "Hamakaze", "小魚日和", "Kozakanabiyori", "宵凪", "Yoinagi"),
    "health-foods": ("日々草", "Nichinichiso", "陽だまり堂", "Hidamarido", "養生庵", "Yojoan"),
    "cosmetics": ("藍の素肌", "Ai no Suhada", "銀葉", "Ginyo", "椿のしずく", "Tsubaki no Shizuku"),
    "florist": ("花しずく", "Hanashizuku", "花ごよみ", "Hanagoyomi", "椿花房", "Tsubaki Hanabusa"),
    "salad-bar": ("畑の器", "Hatake no Utsuwa", "緑の皿", "Midori no Sara", "菜の朝", "Na no Asa"),
    "kitchen": ("銀のさじ", "Gin no Saji", "灯台亭", "Todaitei", "路面亭", "Romentei"),
    "diner": ("阿波の膳", "Awa no Zen", "出汁の間", "Dashi no Ma", "鯛の舞", "Tai no Mai"),
    "garden-shop": ("土と苗", "Tsuchi to Nae", "小さな庭", "Chiisana Niwa", "花苗舎", "Kabyosha"),
    "travel-goods": ("旅じたく", "Tabijitaku", "島ごよみ", "Shimagoyomi", "湯けむり", "Yukemuri"),
    "car-goods": ("わだち", "Wadachi", "みなと車庫", "Minato Shako", "峠みち", "Togemichi"),
    "photo-studio": (
        "藍鏡",
        "Aikagami",
        "光の窓",
        "Hikari no Mado",
        "時のしおり",
        "Toki no Shiori",
    ),
    "toyshop": ("竹とんぼ", "Taketombo", "積み木や", "Tsumikiya", "木馬", "Mokuba"),
    "fuel-station": ("南風", "Minamikaze", "港口", "Minatoguchi", "城下口", "Jokaguchi"),
    "liquor-shop": ("藍瓶", "Aibin", "さぬき蔵", "Sanukigura", "伊予の杜", "Iyo no Mori"),
}


def trade(department: str) -> Trade:
    """The trade that a department of the data stands for."""
    return TRADES[department]


def tenant_code(facility: int, trade_code: str) -> str:
    """The code of the tenant with this trade in this facility."""
    return f"{FACILITIES[facility].code}-{trade_code}"


@cache
def tenants() -> dict[str, Tenant]:
    """Every trade in every facility, by code."""
    return {one.code: one for place in range(len(FACILITIES)) for one in _tenants_in(place)}


def _tenants_in(facility: int) -> list[Tenant]:
    place = FACILITIES[facility]
    return [
        Tenant(
            code=tenant_code(facility, sells.code),
            name_ja=f"{place.city_ja}{sells.name_ja} {_SIGNS[sells.code][2 * facility]}",
            name_en=f"{_SIGNS[sells.code][2 * facility + 1]} {sells.name_en} {place.city_en}",
            facility=facility,
            trade=sells,
        )
        for sells in _TRADES
    ]


@cache
def card_number(household: int, seed: int = SEED) -> str:
    """The household's card: 16 digits that show no sequence, never two alike, the last a check."""
    left, right = divmod(household, 10**6)
    for turn in range(8):  # a Feistel network over 5 + 6 digits: a permutation, so no two meet
        if turn % 2:
            right = (right + _draw(seed, f"card {turn} {left}")) % 10**6
        else:
            left = (left + _draw(seed, f"card {turn} {right}")) % 10**5
    digits = f"{CARD_PREFIX}{left:05}{right:06}"
    return digits + luhn_digit(digits)


def luhn_digit(digits: str) -> str:
    """The digit that makes the number pass the Luhn check."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return str(-sum(sum(divmod(value, 10)) for value in doubled) % 10)


def tries_to_redeem(bought: Bought, seed: int = SEED) -> bool:
    """Whether the member asks to pay with points: told by the receipt, not by whose turn it is."""
    receipt = f"redeem {bought.tenant} {bought.business_date} {bought.receipt_no}"
    return not bought.excluded and _draw(seed, receipt) % 100 < REDEMPTION_PERCENT


def is_voided(bought: Bought, seed: int = SEED) -> bool:
    """Whether the till finds at once that it was mistyped, and undoes it (打ち間違い)."""
    receipt = f"void {bought.tenant} {bought.business_date} {bought.receipt_no}"
    return _draw(seed, receipt) % 1000 < VOIDS_PER_THOUSAND


def spends(balance_points: int, payable_yen: int) -> int:
    """How many points the member then pays with; a small balance is left to grow."""
    if balance_points < LEAST_BALANCE_POINTS:
        return 0
    return min(balance_points, payable_yen, STATIC_CARD_LIMIT_POINTS)


def _draw(seed: int, what: str) -> int:
    return int.from_bytes(blake2b(what.encode(), digest_size=8, key=str(seed).encode()).digest())
