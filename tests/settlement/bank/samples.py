"""The sample files of domain 4.5: the words they are made of, and the very bytes."""

import base64
from datetime import date

from settlement.bank.orders import (
    Account,
    Debit,
    DebitBatch,
    Originator,
    Transfer,
    TransferBatch,
)

BANK = {"bank": "9999", "bank_name": "ﾃｽﾄｷﾞﾝｺｳ"}
HUB = Originator(
    "1234567890",
    Account(
        branch="101",
        branch_name="ﾎﾝﾃﾝ",
        deposit="1",
        number="1234567",
        holder="ｶ)ｼｺｸﾎﾟｲﾝﾄﾊﾌﾞ",
        **BANK,
    ),
)
SETOUCHI = Account(
    branch="102", branch_name="ﾏﾂﾔﾏ", deposit="1", number="7654321", holder="ｾﾄｳﾁﾍﾞ-ｶﾘ-(ｶ", **BANK
)
KOTOHIRA = Account(
    branch="103", branch_name="ﾀｶﾏﾂ", deposit="2", number="1000012", holder="ｺﾄﾋﾗｼﾖﾃﾝ(ﾄﾞ", **BANK
)
SABURO = Account(
    branch="104", branch_name="ﾄｸｼﾏｴｷﾏｴ", deposit="1", number="0000055", holder="ｱﾜ ｻﾌﾞﾛｳ", **BANK
)
AWA = Account(
    branch="104", branch_name="ﾄｸｼﾏｴｷﾏｴ", deposit="1", number="2222222", holder="ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ", **BANK
)
BUILDING = Account(
    branch="103", branch_name="ﾀｶﾏﾂ", deposit="2", number="3333333", holder="ｶ)ﾀｶﾏﾂｴｷﾋﾞﾙ", **BANK
)
TRANSFERS = TransferBatch(
    HUB,
    date(2026, 6, 30),
    (
        Transfer(SETOUCHI, 275, edi="STL20260615-C0001"),
        Transfer(KOTOHIRA, 1_313_068, edi="STL20260615-B0001"),
        Transfer(SABURO, 96, customer_1=42, customer_2=7),
    ),
)
DEBITS = DebitBatch(
    HUB,
    date(2026, 6, 29),
    (
        Debit(AWA, 341, "00000000020260615001", new_code="1"),
        Debit(BUILDING, 140, "00000000020260615002"),
    ),
)
TRANSFER_SUM = "f6aaaf5e0f3b400fdfd0a7f0d24f8874e4d5e17057d2273c6ac3e9636542bd8d"
TRANSFER_SUM_WITHOUT_ENDS = "babdbeaa62a80b4eef33986c7b9a624a76082434463b0a29bf504f6e4cd20ef1"
DEBIT_SUM = "611602c04721496c5df409db5c785d194bcd3b6e78edeff0b5e6c180555c3eb2"
TRANSFER_BYTES = base64.b64decode(
    """
MTIxMDEyMzQ1Njc4OTC2Kby6uM7fst3EyszeICAgICAgICAgICAgICAgICAgICAgICAgICAgMDYzMDk5OTnDvcS33t26syAgICAg
ICAxMDHO3cPdICAgICAgICAgICAxMTIzNDU2NyAgICAgICAgICAgICAgICAgDQoyOTk5OcO9xLfe3bqzICAgICAgIDEwMs/C1M8g
ICAgICAgICAgIDAwMDAxNzY1NDMyMb7Es8HN3i222C0otiAgICAgICAgICAgICAgICAgIDAwMDAwMDAyNzUwU1RMMjAyNjA2MTUt
QzAwMDEgICA3WSAgICAgICANCjI5OTk5w73Et97durMgICAgICAgMTAzwLbPwiAgICAgICAgICAgMDAwMDIxMDAwMDEyusTL17zW
w90oxN4gICAgICAgICAgICAgICAgICAgMDAwMTMxMzA2ODBTVEwyMDI2MDYxNS1CMDAwMSAgIDdZICAgICAgIA0KMjk5OTnDvcS3
3t26syAgICAgICAxMDTEuLzPtLfPtCAgICAgICAwMDAwMTAwMDAwNTWx3CC7zN7bsyAgICAgICAgICAgICAgICAgICAgICAwMDAw
MDAwMDk2MDAwMDAwMDAwNDIwMDAwMDAwMDA3NyAgICAgICAgDQo4MDAwMDAzMDAwMDAxMzEzNDM5ICAgICAgICAgICAgICAgICAg
ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg
ICAgICAgICANCjkgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg
ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIA0K
    """
)


def debit_file(*results: str) -> bytes:
    """The sample of 口座振替 written out by hand, with the bank's result codes if there are any."""
    header = "19101234567890ｶ)ｼｺｸﾎﾟｲﾝﾄﾊﾌﾞ".ljust(54) + "06299999ﾃｽﾄｷﾞﾝｺｳ".ljust(23)
    header += "101ﾎﾝﾃﾝ".ljust(18) + "11234567"
    first = "29999ﾃｽﾄｷﾞﾝｺｳ".ljust(20) + "104ﾄｸｼﾏｴｷﾏｴ".ljust(18) + "    12222222"
    first += "ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ".ljust(30) + "0000000341100000000020260615001"
    second = "29999ﾃｽﾄｷﾞﾝｺｳ".ljust(20) + "103ﾀｶﾏﾂ".ljust(18) + "    23333333"
    second += "ｶ)ﾀｶﾏﾂｴｷﾋﾞﾙ".ljust(30) + "0000000140000000000020260615002"
    codes = results or ("0", "0")
    done = [yen for yen, code in zip((341, 140), codes, strict=True) if code == "0"]
    failed = [yen for yen, code in zip((341, 140), codes, strict=True) if code != "0"]
    trailer = "8000002000000000481" + "0" * 36
    if results:
        trailer = trailer[:19] + f"{len(done):06}{sum(done):012}{len(failed):06}{sum(failed):012}"
    lines = [header, first + codes[0], second + codes[1], trailer, "9"]
    return "".join(line.ljust(120) + "\r\n" for line in lines).encode("cp932")
