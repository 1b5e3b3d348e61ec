"""登録番号: the number of an issuer of qualified invoices, and its check digit (domain 3.5)."""

import re

NUMBER = re.compile(r"T[0-9]{13}")


def well_formed(number: str) -> bool:
    """Whether it is T and thirteen digits."""
    return NUMBER.fullmatch(number) is not None


def check_digit(twelve: str) -> int:
    """The digit before the twelve of a 法人番号: 9 − (Σ Pn·Qn mod 9), Pn the n-th digit from the
    right, Qn 1 for odd n and 2 for even n."""
    assert len(twelve) == 12
    weighed = sum(int(digit) * (2 - n % 2) for n, digit in enumerate(reversed(twelve), start=1))
    return 9 - weighed % 9


def is_corporate(number: str) -> bool:
    """Whether the thirteen digits are a 法人番号. A sole trader's number need not be one, so that a
    wrong digit is a warning and no error."""
    return well_formed(number) and check_digit(number[2:]) == int(number[1])
