"""Numbers as a country or an accountant writes them: `1.234,56`, `1 234.50`, `5.00-`, `(10.50)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.errors import SettingsError
from customer_data.nulls import only

if TYPE_CHECKING:
    from customer_data.csv.format import CsvFormat

_THOUSANDS = ("", ".", ",", "'", " ", "\u00a0", "\u202f")
#: A blank between groups of digits is one of these; programs write the no-break ones.
_BLANKS = " \u00a0\u202f"
_EXPONENT = r"[eE][+-]?[0-9]{1,3}"
_GROUPED = r"[0-9]{1,3}(?:[. '\x{a0}\x{202f}][0-9]{3})+"
_MAYBE_DECIMAL_COMMA = rf"^[+-]?(?:[0-9]+|{_GROUPED})(?:,[0-9]+)?$"
_DECIMAL_COMMA = rf"^[+-]?(?:[0-9]+,(?:[0-9]{{1,2}}|[0-9]{{4,}})|{_GROUPED},[0-9]+)$"


@dataclass(frozen=True)
class NumberFormat:
    """`thousands` may stand between groups of three digits before the decimal separator; a blank stands for no-break
    ones too. With `accounting`, a minus may stand behind the number, or the number in parentheses."""

    decimal: str = "."
    thousands: str = ""
    accounting: bool = False

    def to_plain(self, texts: pa.StringArray) -> pa.StringArray:
        """The numbers in the one spelling that everything else reads, such as `-1234.56`; NULL for other texts."""
        numbers = only(pc.match_substring_regex(texts, self._pattern), texts)
        if self.thousands:
            numbers = pc.replace_substring_regex(numbers, self._separator, "")
        if self.decimal != ".":
            numbers = pc.replace_substring(numbers, self.decimal, ".")
        if not self.accounting:
            return numbers
        negative = pc.or_(pc.ends_with(numbers, "-"), pc.starts_with(numbers, "("))
        bare = pc.utf8_trim(pc.utf8_rtrim(numbers, "-"), "()")
        return pc.if_else(negative, pc.binary_join_element_wise("-", bare, ""), numbers)

    def as_plain(self, texts: pa.StringArray) -> pa.StringArray:
        """The numbers in plain spelling, other texts as something that is surely no number."""
        return pc.coalesce(self.to_plain(texts), pc.binary_join_element_wise("no number: ", texts, ""))

    @property
    def example(self) -> str:
        return f"-1{self.thousands}234{self.decimal}5"

    @property
    def _separator(self) -> str:
        return f"[{_BLANKS}]" if self.thousands in _BLANKS else re.escape(self.thousands)

    @property
    def _pattern(self) -> str:
        whole = "0|[1-9][0-9]*"
        if self.thousands:
            whole += rf"|[1-9][0-9]{{0,2}}(?:{self._separator}[0-9]{{3}})+"
        decimal = re.escape(self.decimal)
        fraction = rf"(?:{decimal}[0-9]*)?|{decimal}[0-9]+"
        number, ungrouped = rf"(?:(?:{whole}){fraction})", rf"(?:(?:0|[1-9][0-9]*){fraction})"
        shapes = [rf"[+-]?{number}", rf"[+-]?{ungrouped}{_EXPONENT}"]
        if self.accounting:
            shapes += [rf"{number}-", rf"\({number}\)"]
        return f"^(?:{'|'.join(shapes)})$"


class DecimalCommas:
    """Whether all texts so far look like numbers with decimal commas, one of them surely: `28,7` and `1.234,56`, but
    not `1,234`; never where that is what the format says."""

    def __init__(self, format: NumberFormat | None = None) -> None:
        self._possible = format is None or format.decimal != ","
        self._sure = False

    def add(self, texts: pa.StringArray) -> None:
        if not self._possible or texts.null_count == len(texts):
            return
        possible = pc.match_substring_regex(texts, _MAYBE_DECIMAL_COMMA)
        self._possible = pc.all(possible).as_py() is True
        if self._possible and not self._sure:
            self._sure = pc.any(pc.match_substring_regex(texts, _DECIMAL_COMMA)).as_py() is True

    def rule_out(self) -> None:
        self._possible = False

    def __bool__(self) -> bool:
        return self._possible and self._sure


def number_format(csv: CsvFormat) -> NumberFormat | None:
    """None where numbers are written as programs write them. Raises SettingsError."""
    decimal, thousands = csv.decimal_separator, csv.thousands_separator or ""
    if decimal not in (".", ",") or thousands not in _THOUSANDS or decimal == thousands:
        raise SettingsError(
            f"decimal_separator {decimal!r} and thousands_separator {thousands!r} do not say how numbers are written;"
            " allowed are '.' and ',' for decimals, and another one of '.', ',', an apostrophe or a blank for thousands"
        )
    format = NumberFormat(decimal, thousands, csv.accounting_negatives)
    return None if format == NumberFormat() else format
