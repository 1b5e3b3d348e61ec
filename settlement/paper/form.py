"""紙面: a paper as it is read, every figure written out; the template only places it.

▲ stands before what a party bears. The title says what the paper is: an invoice of the fees where
the statement is that document and its issuer has a registration number, a payment notice where the
hub pays. A 速報 is none of these: it tells what is going to be billed or paid, and bears no number.
"""

from msgspec import UNSET, Struct

from federation.days import day_of
from settlement.paper.day_rows import DayRow, day_rows
from settlement.paper.labels import CONTROLS, LABELS, NOTES, STEPS, planned
from settlement.paper.paper import Lang, Paper, Profile
from settlement.paper.said import day, minute, span, yen
from settlement.paper.tax import Summary, category, corrected_invoices, summed
from settlement.statement import LATE, TOTAL, Statement, StatementLine

Pair = tuple[str, str]
INNER = frozenset({"operator", "fund", "promotion"})


class Who(Struct, frozen=True):
    """A party as a letter head has it."""

    name: str
    address: tuple[str, ...]
    registration: str
    contact: tuple[str, ...]


class Row(Struct, frozen=True):
    """One line of a table."""

    code: str
    name: str
    name_en: str
    tax: str
    points: str
    entries: str
    yen: str


class Form(Struct, frozen=True):
    """All that the template places."""

    lang: Lang
    words: dict[str, str]
    title: str
    edition: str
    reissue: str
    addressee: Who
    issuer: Who
    facts: tuple[Pair, ...]
    greeting: str
    net_label: str
    net: str
    rows: tuple[Row, ...]
    total: Row
    memo: tuple[Row, ...]
    invoice_title: str
    invoice: tuple[tuple[str, str, str, str], ...]
    summary: tuple[Pair, ...]
    received: tuple[Pair, ...]
    controls: tuple[tuple[str, str, str], ...]
    boxes: tuple[tuple[str, str, str], ...]
    days: tuple[DayRow, ...]
    notes: tuple[str, ...]
    footer: str


def form(paper: Paper) -> Form:
    """What a paper looks like."""
    statement, words = paper.statement, LABELS[paper.lang]
    own = [line for line in statement.lines if line.code != TOTAL]
    found = summed(statement)
    assert found.total_yen == statement.total_yen, "the lines come to the total"
    total = next(line for line in statement.lines if line.code == TOTAL)
    return Form(
        lang=paper.lang,
        words=words,
        title=title(paper, found),
        edition=words[paper.edition],
        reissue=f"{words['reissue']} {paper.issue}" if paper.issue else "",
        addressee=addressee(paper),
        issuer=who(paper.issuer, paper.lang, number=is_invoice(paper)),
        facts=facts(paper),
        greeting=greeting(paper),
        net_label=words[planned(net_label(statement), paper)],
        net=net(statement),
        rows=tuple(row(one, paper) for one in own if one.yen is not UNSET),
        total=row(total, paper),
        memo=tuple(row(one, paper) for one in own if one.yen is UNSET),
        invoice_title=invoice_title(paper, found),
        invoice=invoice(found),
        summary=summary(found, words),
        received=received(paper),
        controls=controls(paper, own),
        boxes=boxes(paper),
        days=tuple(day_rows(paper)),
        notes=tuple(notes(paper, found)),
        footer=footer(paper),
    )


def net_label(told: Statement) -> str:
    """Who pays whom; on a paper of our own, neither."""
    if told.party.kind in INNER or not told.total_yen:
        return "nothing"
    return "to_pay" if told.total_yen > 0 else "to_bill"


def net(told: Statement) -> str:
    """The amount to be paid or billed; on a paper of our own, with its sign."""
    return yen(told.total_yen if told.party.kind in INNER else abs(told.total_yen))


def greeting(paper: Paper) -> str:
    """The sentence above the amount; on a paper of our own there is none."""
    if paper.statement.party.kind in INNER:
        return ""
    return LABELS[paper.lang][planned(f"greeting_{net_label(paper.statement)}", paper)]


def is_invoice(paper: Paper) -> bool:
    """Whether this is the document that may bear the registration number: of two that tell the
    same fees only one is, and nothing is that was not approved."""
    own = paper.edition == "final" and paper.addressee.invoice_document == "STATEMENT"
    return own and paper.issuer.registration_number is not None


def title(paper: Paper, found: Summary) -> str:
    """精算書, and what else it is."""
    words, kind = LABELS[paper.lang], paper.statement.party.kind
    if kind in INNER:
        return words["statement"] + words["inner"]
    if paper.edition == "provisional":
        return words["statement"]
    also = []
    if found.taxable_yen and is_invoice(paper):
        also.append(words["invoice" if found.taxable_yen < 0 else "credit_note"])
    if found.total_yen > 0:
        also.append(words["advice"])
    elif found.total_yen < 0 and not also:
        also.append(words["bill"])
    return words["joiner"].join([words["statement"], *also])


def who(profile: Profile, lang: Lang, *, number: bool) -> Who:
    """A party's letter head; its registration number where the paper may bear it."""
    words = LABELS[lang]
    name = profile.legal_name
    if lang == "en" and profile.legal_name_en:
        name = profile.legal_name_en
    post = f"〒{profile.postal_code}" if profile.postal_code else ""
    told = f"{words['registration']} {profile.registration_number}"
    phone = f"{words['phone']} {profile.phone}" if profile.phone else ""
    return Who(
        name,
        tuple(part for part in (post, profile.address) if part),
        told if number and profile.registration_number else "",
        tuple(part for part in (profile.contact, phone, profile.mail) if part),
    )


def addressee(paper: Paper) -> Who:
    """To whom it goes, with what the post needs."""
    found = who(paper.addressee, paper.lang, number=False)
    honorific = "" if paper.statement.party.kind in INNER else LABELS[paper.lang]["honorific"]
    name = f"{found.name}　{honorific}" if honorific else found.name
    return Who(name, found.address, "", found.contact[:1])


def facts(paper: Paper) -> tuple[Pair, ...]:
    """What identifies the paper."""
    words, stated = LABELS[paper.lang], paper.statement
    pays = {"to_pay": "pays", "to_bill": "due"}.get(net_label(stated), "settles")
    found = [
        (words["number"], stated.number),
        (words["cycle"], span(stated.first_on, stated.last_on, paper.lang)),
        (words["closed"], minute(stated.closed_at, paper.lang)),
        (words[planned(pays, paper)], day(stated.pays_on, paper.lang)),
        (words["issued"], day(day_of(paper.issued_at), paper.lang)),
        (words["code"], stated.party.party),
    ]
    if paper.facilities:
        found.append((words["facilities"], "、".join(paper.facilities)))
    if paper.shops:
        found.append((words["shops"], "、".join(paper.shops)))
    corrected = corrected_invoices(stated)
    if corrected:
        found.append((words["corrects"], "、".join(corrected)))
    return tuple(found)


def row(line: StatementLine, paper: Paper) -> Row:
    """A line; in an English paper its English name comes first."""
    which = 0 if paper.lang == "ja" else 1
    names = (line.name, line.name_en)
    return Row(
        str(line.code),
        names[which],
        names[1 - which],
        category(line, paper.statement)[which],
        yen(line.points) if line.points else "",
        f"{line.entries:,}" if line.entries else "",
        "" if line.yen is UNSET else yen(line.yen),
    )


def invoice_title(paper: Paper, found: Summary) -> str:
    """Over the fees: what the law calls this part."""
    words = LABELS[paper.lang]
    if not found.taxable_yen or paper.statement.party.kind in INNER or not is_invoice(paper):
        return words["fees_block"]
    return words["invoice_block" if found.taxable_yen < 0 else "credit_block"]


def invoice(found: Summary) -> tuple[tuple[str, str, str, str], ...]:
    """Rate, net, tax and gross of the fees, rate by rate: amounts without a sign, but for what goes
    the other way than all of them."""
    sign = -1 if found.gross_yen < 0 else 1
    return tuple(
        (
            one.percent,
            yen(sign * one.taxable_yen),
            yen(sign * one.tax_yen),
            yen(sign * one.gross_yen),
        )
        for one in found.rates
        if one.taxable_yen or one.tax_yen
    )


def summary(found: Summary, words: dict[str, str]) -> tuple[Pair, ...]:
    """The total by tax category."""
    told = [
        (words["taxable"], yen(found.gross_yen)),
        (words["none"], yen(found.none_yen)),
    ]
    if found.outside_yen:
        told.append((words["outside"], yen(found.outside_yen)))
    return (*told, (words["total"], yen(found.total_yen)))


def received(paper: Paper) -> tuple[Pair, ...]:
    """The statement before, what came of it, and the account, as far as they are known."""
    words, told = LABELS[paper.lang], []
    if paper.before is not None:
        before = paper.before
        told.append((f"{words['before_net']} {before.number}", yen(before.net_yen)))
        if before.received_yen is not None:
            on = before.received_on
            paid = yen(before.received_yen) + (f"（{day(on, paper.lang)}）" if on else "")
            told.append((words["before_paid"], paid))
    if paper.account:
        told.append((words["account"], paper.account))
    return tuple(told)


def controls(paper: Paper, lines: list[StatementLine]) -> tuple[tuple[str, str, str], ...]:
    """What the day's totals of the tills must come to, points and entries; and what is unused."""
    words, known = LABELS[paper.lang], {line.code: line for line in lines}
    told = [
        (name, yen(known[code].points), f"{known[code].entries:,}")
        for code, name in CONTROLS[paper.lang].items()
        if code in known
    ]
    unused = paper.unused
    if unused is not None and (unused.opening_points or unused.closing_points):
        told.append((words["opening"], yen(unused.opening_points), ""))
        told.append((words["closing"], yen(unused.closing_points), ""))
    return tuple(told)


def boxes(paper: Paper) -> tuple[tuple[str, str, str], ...]:
    """承認印欄: who and when, or room for a stamp."""
    known = {one.step: one for one in paper.signatures}
    return tuple(
        (word, known[step].name, minute(known[step].at, paper.lang))
        if step in known
        else (word, "", "")
        for step, word in STEPS[paper.lang].items()
    )


def notes(paper: Paper, found: Summary) -> list[str]:
    """What a reader must know to read it."""
    words, kind = NOTES[paper.lang], paper.statement.party.kind
    told = [words["sign"]] if kind not in INNER else []
    told.append(words["points"])
    if kind not in INNER:
        if paper.addressee.invoice_document == "DEPOSIT_STATEMENT":
            told.append(words["deposit"])
        if found.total_yen > 0:
            told.append(words["advice"])
    late = [line for line in paper.statement.lines if line.code == LATE]
    if any(line.settles is UNSET for line in late):
        told.append(words["late"])
    if any(line.settles is not UNSET for line in late):
        told.append(words["decided"])
    if paper.edition == "provisional":
        told.append(words["provisional"])
    return told


def footer(paper: Paper) -> str:
    """Where the books stood when it was stated: whoever keeps the paper can hold them to it."""
    words, head = LABELS[paper.lang], paper.statement.journal
    if head is UNSET:
        return ""
    return f"{words['journal']} {head.number} · {words['chain']} {head.chain}"
