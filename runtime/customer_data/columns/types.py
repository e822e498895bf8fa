"""Redshift column types as values: what the catalog says, what inference finds, what SQL is written with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from customer_data.columns.number_formats import NumberFormat

MAX_VARCHAR_BYTES = 65_535
MAX_CHAR_BYTES = 4_096
MAX_VARBYTE_BYTES = 1_024_000  # Redshift manual, "VARBYTE type"
MAX_COLUMNS = 1_600
MAX_IDENTIFIER_BYTES = 127
MAX_PRECISION = 38
MAX_SCALE = 37  # Redshift manual, "DECIMAL or NUMERIC type"
_SHORT_PRECISION = 18  # of a NUMERIC of 8 bytes
_LEAST_SCALE = 4  # of a new NUMERIC, see `new_numeric`
_LEAST_BEFORE_POINT = 10
DOUBLE_DIGITS = 15  # significant decimal digits that every DOUBLE PRECISION gives back as written
REAL_DIGITS = 6

# Redshift manual, "Boolean type": the words it takes, in any case.
TRUE_WORDS = ("true", "t", "yes", "y", "1")
FALSE_WORDS = ("false", "f", "no", "n", "0")


@dataclass(frozen=True)
class ColumnType:
    """One Redshift type. `name` is lower case, as in `SVV_COLUMNS` shortened to the manual's usual name:
    smallint, integer, bigint, numeric, real, double precision, boolean, date, timestamp, timestamptz, char, varchar;
    any other name is a type that values are never written to.

    `length` is in bytes (char, varchar and varbyte). `format` is how a file writes the values: a date or timestamp in
    Redshift's notation, a number in that of a country; None is ISO 8601, and as programs write numbers.
    """

    name: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    format: str | NumberFormat | None = None

    @property
    def sql(self) -> str:
        """The type as DDL and CAST spell it."""
        if self.name in ("varchar", "char", "varbyte"):
            return f"{self.name.upper()}({self.length})"
        if self.name == "numeric":
            return f"NUMERIC({self.precision},{self.scale})"
        return self.name.upper()


def is_number(type: ColumnType) -> bool:
    return type.name in ("smallint", "integer", "bigint", "numeric", "real", "double precision")


def as_written(type: ColumnType, numbers: NumberFormat | None) -> ColumnType:
    """The type of a column in a file that writes its numbers in the format."""
    return replace(type, format=numbers) if is_number(type) else type


def is_text(type: ColumnType) -> bool:
    return type.name in ("varchar", "char")


def varchar(length: int) -> ColumnType:
    return ColumnType("varchar", length=length)


def numeric(precision: int, scale: int) -> ColumnType:
    return ColumnType("numeric", precision=precision, scale=scale)


BIGINT = ColumnType("bigint")
DOUBLE = ColumnType("double precision")
BOOLEAN = ColumnType("boolean")
DATE = ColumnType("date")
TIMESTAMP = ColumnType("timestamp")
TIMESTAMPTZ = ColumnType("timestamptz")


@dataclass(frozen=True)
class TableColumn:
    """A column that the table has. `widenable` turns False when Redshift refuses to widen it (constraint, encoding),
    `growable` when it may not get another type (key, view, size of the table)."""

    name: str
    type: ColumnType
    widenable: bool = True
    growable: bool = True


@dataclass(frozen=True)
class TableSchema:
    """The table as the catalog shows it, in column order."""

    columns: tuple[TableColumn, ...]

    def column(self, name: str) -> TableColumn | None:
        return next((column for column in self.columns if column.name == name), None)


def varchar_with_headroom(max_bytes: int) -> ColumnType:
    """The VARCHAR for a new column whose longest value has `max_bytes`: the power of two at or above its double, from
    32, because each later widening is a statement of its own."""
    length = 32
    while length < 2 * max_bytes:
        length *= 2
    return varchar(min(length, MAX_VARCHAR_BYTES))


_ALIASES = {
    "int2": "smallint",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "decimal": "numeric",
    "float4": "real",
    "float": "double precision",
    "float8": "double precision",
    "bool": "boolean",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "character": "char",
    "nchar": "char",
    "bpchar": "char",
    "character varying": "varchar",
    "nvarchar": "varchar",
    "text": "varchar",
    "binary varying": "varbyte",
    "varbinary": "varbyte",
}


def catalog_names(type: ColumnType) -> tuple[str, ...]:
    """What a catalog may call the type, in lower case."""
    return (type.name, *(name for name, usual in _ALIASES.items() if usual == type.name))


def usual_name(name: str) -> str:
    """Of the names of a type, in lower case, the one that `ColumnType` has."""
    return _ALIASES.get(name, name)


def from_catalog(
    data_type: str,
    character_maximum_length: int | None = None,
    numeric_precision: int | None = None,
    numeric_scale: int | None = None,
) -> ColumnType:
    """The type that `SVV_COLUMNS` (or `information_schema.columns`) describes. Lengths and precisions are kept only
    where they are part of the type: the catalog also gives 64 and 0 for a BIGINT."""
    name = usual_name(data_type.strip().lower())
    if name in ("varchar", "char"):
        return ColumnType(name, length=character_maximum_length or MAX_VARCHAR_BYTES)
    if name == "varbyte":
        return ColumnType(name, length=character_maximum_length or MAX_VARBYTE_BYTES)
    if name == "numeric":
        return numeric(numeric_precision or 18, numeric_scale or 0)
    return ColumnType(name)


_INTEGER_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}  # of the widest value
_INTEGER_WIDTHS = ("smallint", "integer", "bigint")
_TEXT_BYTES = {  # of the longest text that the checks let pass as a value of the type
    "smallint": 6,
    "integer": 11,
    "bigint": 20,
    "real": 32,
    "double precision": 32,
    "boolean": 5,
    "date": 10,
    "timestamp": 26,
    "timestamptz": 32,
}


def text_bytes(type: ColumnType) -> int:
    """The most bytes that a value of the type takes as text in a file."""
    if isinstance(type.format, str):
        return 2 * len(type.format)
    if type.name == "numeric":
        return MAX_PRECISION + len("-0.")
    return type.length or _TEXT_BYTES.get(type.name, MAX_VARCHAR_BYTES)


def holds(target: ColumnType, staged: ColumnType) -> bool:
    """Whether every text that is a `staged` is also a `target` without loss."""
    if target == staged:
        return True
    if target.name == "varchar":
        return (target.length or 0) >= text_bytes(staged)
    if target.format is not None or staged.format is not None:
        return False
    if target.name == "char":
        # CHAR holds single-byte characters without blanks at the end, which only a type that is not text promises.
        return staged.name not in ("char", "varchar") and (target.length or 0) >= text_bytes(staged)
    if target.name in _INTEGER_WIDTHS and staged.name in _INTEGER_WIDTHS:
        return _INTEGER_WIDTHS.index(target.name) >= _INTEGER_WIDTHS.index(staged.name)
    if target.name == "numeric":
        return _numeric_holds(target, staged)
    if target.name in ("double precision", "real"):
        digits = _significant_digits(staged)
        return digits is not None and digits <= (DOUBLE_DIGITS if target.name == "double precision" else REAL_DIGITS)
    # A TIMESTAMP has no zone: reading it as TIMESTAMPTZ would take the session's.
    return (target.name, staged.name) == ("timestamp", "date")


def is_at_least(stored: ColumnType, named: ColumnType) -> bool:
    """Whether a stored column is of the named type, or of a wider one of its kind: longer, or with more digits."""
    if stored.name == named.name == "char":
        return (stored.length or 0) >= (named.length or 0)
    kinds = (_INTEGER_WIDTHS, ("real", "double precision"))
    same_kind = stored.name == named.name or any(stored.name in kind and named.name in kind for kind in kinds)
    return same_kind and holds(stored, named)


def _numeric_holds(target: ColumnType, staged: ColumnType) -> bool:
    parts = numeric_digits(staged)
    if parts is None or target.precision is None or target.scale is None:
        return False
    before_point, after_point = parts
    return target.scale >= after_point and target.precision - target.scale >= before_point


def numeric_digits(type: ColumnType) -> tuple[int, int] | None:
    """Digits before and after the point of an exact number type."""
    if type.name in _INTEGER_DIGITS:
        return _INTEGER_DIGITS[type.name], 0
    if type.name == "numeric" and type.precision is not None and type.scale is not None:
        return type.precision - type.scale, type.scale
    return None


def _significant_digits(type: ColumnType) -> int | None:
    if type.name == "double precision":
        return DOUBLE_DIGITS
    if type.name == "real":
        return REAL_DIGITS
    parts = numeric_digits(type)
    return None if parts is None else sum(parts)


def unify(a: ColumnType, b: ColumnType) -> ColumnType:
    """The narrowest type that holds every text of both: for a column that two files of one batch bring at once."""
    for one, other in ((a, b), (b, a)):
        if holds(one, other):
            return one
    digits_a, digits_b = numeric_digits(a), numeric_digits(b)
    if digits_a is not None and digits_b is not None:
        widened = new_numeric(max(digits_a[0], digits_b[0]), max(digits_a[1], digits_b[1]))
        if widened is not None:
            return widened
    if a.name == b.name == "varchar":
        return varchar(max(a.length or 0, b.length or 0))
    return varchar_with_headroom((max(text_bytes(a), text_bytes(b)) + 1) // 2)


def new_numeric(before_point: int, after_point: int) -> ColumnType | None:
    """The NUMERIC for values of up to so many digits before and after the point, with room on both sides: a later file
    may have more of them, and for those that have no room the table is rewritten (see `growth`).

    - After the point: at least 4 decimals, enough for money, rates and shares of a percent; more where a value has
      more.
    - Before the point: whatever the precision leaves, at least 10 digits in NUMERIC(18,s).
    - Precision 18 or 38, since Redshift stores a value in 8 or in 16 bytes, and a lower precision would save none (its
      manual, "DECIMAL or NUMERIC type"). 18 where at least 10 digits are left before the point: up to 8 decimals.

    So 0.1 makes NUMERIC(18,4), 0.123456789 NUMERIC(38,9), 12345678901234567890.5 NUMERIC(38,4). Near the most digits
    the room gets less: 20 before and 18 after the point are NUMERIC(38,18), without any. None where the digits and 4
    decimals do not fit in 38, as for whole numbers of 35 digits and more, or more than 37 decimals.
    """
    scale = max(_LEAST_SCALE, after_point)
    if max(before_point, _LEAST_BEFORE_POINT) + scale <= _SHORT_PRECISION:
        return numeric(_SHORT_PRECISION, scale)
    return numeric(MAX_PRECISION, scale) if before_point + scale <= MAX_PRECISION and scale <= MAX_SCALE else None
