"""pain.001.001.03 as far as it is written: the public schema's order, how often, how long, of which
form; a small table, so that no file of the standard lies here.

A complex element is a list of (tag, least, most, what); what is a name in `KINDS` or a pattern.
"""

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

NAMESPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.03}"
MANY = 10**9
TEXT = {f"Max{length}Text": rf"(?s).{{1,{length}}}" for length in (4, 34, 35, 70, 140)}
SIMPLE = {
    **TEXT,
    "Max15NumericText": r"[0-9]{1,15}",
    "DateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?",
    "Date": r"\d{4}-\d\d-\d\d",
    "Method": r"CHK|TRF|TRA",
    "Boolean": r"true|false",
    "Code5": r"(?s).{1,5}",
    "Code4": r"(?s).{1,4}",
    "Decimal": r"-?\d+(\.\d+)?",
    "Amount": r"\d+(\.\d+)?",
}
Rule = tuple[str, int, int, str]
KINDS: dict[str, list[Rule]] = {
    "Document": [("CstmrCdtTrfInitn", 1, 1, "Initiation")],
    "Initiation": [("GrpHdr", 1, 1, "GroupHeader32"), ("PmtInf", 1, MANY, "Payment")],
    "GroupHeader32": [
        ("MsgId", 1, 1, "Max35Text"),
        ("CreDtTm", 1, 1, "DateTime"),
        ("NbOfTxs", 1, 1, "Max15NumericText"),
        ("CtrlSum", 0, 1, "Decimal"),
        ("InitgPty", 1, 1, "Party"),
        ("FwdgAgt", 0, 1, "Agent"),
    ],
    "Payment": [
        ("PmtInfId", 1, 1, "Max35Text"),
        ("PmtMtd", 1, 1, "Method"),
        ("BtchBookg", 0, 1, "Boolean"),
        ("NbOfTxs", 0, 1, "Max15NumericText"),
        ("CtrlSum", 0, 1, "Decimal"),
        ("ReqdExctnDt", 1, 1, "Date"),
        ("PoolgAdjstmntDt", 0, 1, "Date"),
        ("Dbtr", 1, 1, "Party"),
        ("DbtrAcct", 1, 1, "Account"),
        ("DbtrAgt", 1, 1, "Agent"),
        ("DbtrAgtAcct", 0, 1, "Account"),
        ("UltmtDbtr", 0, 1, "Party"),
        ("ChrgBr", 0, 1, "Code4"),
        ("CdtTrfTxInf", 1, MANY, "Transfer"),
    ],
    "Transfer": [
        ("PmtId", 1, 1, "PaymentId"),
        ("Amt", 1, 1, "AmountChoice"),
        ("ChrgBr", 0, 1, "Code4"),
        ("UltmtDbtr", 0, 1, "Party"),
        ("CdtrAgt", 0, 1, "Agent"),
        ("CdtrAgtAcct", 0, 1, "Account"),
        ("Cdtr", 0, 1, "Party"),
        ("CdtrAcct", 0, 1, "Account"),
        ("UltmtCdtr", 0, 1, "Party"),
        ("RmtInf", 0, 1, "Remittance"),
    ],
    "PaymentId": [("InstrId", 0, 1, "Max35Text"), ("EndToEndId", 1, 1, "Max35Text")],
    "AmountChoice": [("InstdAmt", 1, 1, "Amount")],
    "Agent": [("FinInstnId", 1, 1, "Institution"), ("BrnchId", 0, 1, "Branch")],
    "Institution": [
        ("ClrSysMmbId", 0, 1, "Member"),
        ("Nm", 0, 1, "Max140Text"),
        ("Othr", 0, 1, "Other34"),
    ],
    "Member": [("ClrSysId", 0, 1, "Clearing"), ("MmbId", 1, 1, "Max35Text")],
    "Clearing": [("Cd", 1, 1, "Code5")],
    "Branch": [("Id", 0, 1, "Max35Text"), ("Nm", 0, 1, "Max140Text")],
    "Account": [("Id", 1, 1, "AccountId"), ("Tp", 0, 1, "AccountType"), ("Nm", 0, 1, "Max70Text")],
    "AccountId": [("Othr", 1, 1, "Other34")],
    "AccountType": [("Prtry", 1, 1, "Max35Text")],
    "Other34": [("Id", 1, 1, "Max34Text"), ("Issr", 0, 1, "Max35Text")],
    "Party": [("Nm", 0, 1, "Max140Text"), ("Id", 0, 1, "PartyId")],
    "PartyId": [("OrgId", 1, 1, "Organisation")],
    "Organisation": [("Othr", 0, MANY, "Other35")],
    "Other35": [("Id", 1, 1, "Max35Text"), ("SchmeNm", 0, 1, "Scheme")],
    "Scheme": [("Cd", 0, 1, "Code4"), ("Prtry", 0, 1, "Max35Text")],
    "Remittance": [("Ustrd", 0, MANY, "Max140Text")],
}


def faults(content: bytes) -> list[str]:
    """Where a message does not keep the schema's rules."""
    root = ET.fromstring(content)  # noqa: S314  we wrote it ourselves
    assert root.tag == f"{NAMESPACE}Document"
    return found(root, "Document", "Document")


def found(element: ET.Element, kind: str, path: str) -> list[str]:
    """The faults of one element and of all below it."""
    if kind in SIMPLE:
        return simple(element, kind, path)
    bad = [f"{path}: text"] if (element.text or "").strip() else []
    rules = {
        tag: (at, least, most, what) for at, (tag, least, most, what) in enumerate(KINDS[kind])
    }
    tags = [child.tag.removeprefix(NAMESPACE) for child in element]
    bad += [f"{path}/{tag}: unknown" for tag in tags if tag not in rules]
    order = [rules[tag][0] for tag in tags if tag in rules]
    if order != sorted(order):
        bad.append(f"{path}: order {tags}")
    for tag, (_, least, most, _) in rules.items():
        if not least <= tags.count(tag) <= most:
            bad.append(f"{path}/{tag}: {tags.count(tag)} times")
    for child, tag in zip(element, tags, strict=True):
        if tag in rules:
            bad += found(child, rules[tag][3], f"{path}/{tag}")
    return bad


def simple(element: ET.Element, kind: str, path: str) -> list[str]:
    """The faults of a text: its form, and an amount's currency and digits."""
    text = element.text or ""
    if len(element) or not re.fullmatch(SIMPLE[kind], text):
        return [f"{path}: {text!r} is no {kind}"]
    if kind == "Amount":
        amount = Decimal(text).as_tuple()
        if element.attrib != {"Ccy": "JPY"} or amount.exponent != 0 or len(amount.digits) > 18:
            return [f"{path}: {text} {element.attrib}"]
    elif element.attrib:
        return [f"{path}: {element.attrib}"]
    return []
