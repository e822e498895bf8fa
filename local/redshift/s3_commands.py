"""COPY from and UNLOAD to Amazon S3, parsed. Options that are not run are refused, never skipped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from local.redshift.errors import NotEmulated, RedshiftError, syntax_error
from local.redshift.tokenizer import Kind, Token, closing, split_by_comma

_S3 = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>.*)", re.DOTALL)
_FLAGS = frozenset(("manifest", "gzip", "emptyasnull", "header", "allowoverwrite", "cleanpath"))
_VALUES = frozenset(
    (
        "iam_role",
        "delimiter",
        "quote",
        "ignoreheader",
        "null",
        "region",
        "parallel",
        "dateformat",
        "timeformat",
        "statupdate",
        "compupdate",
        "maxfilesize",
    )
)
_COLUMNAR_COPY = frozenset(("format", "iam_role", "manifest", "statupdate"))
_CSV_COPY = _COLUMNAR_COPY | {
    "delimiter",
    "quote",
    "ignoreheader",
    "null",
    "gzip",
    "emptyasnull",
    "region",
    "dateformat",
    "timeformat",
    "compupdate",
}
_UNLOAD = frozenset(
    ("format", "iam_role", "manifest", "header", "allowoverwrite", "cleanpath", "parallel", "delimiter", "gzip")
)
_NOT_EMULATED = frozenset(
    [
        "acceptanydate",
        "acceptinvchars",
        "blanksasnull",
        "bzip2",
        "lzop",
        "zstd",
        "encoding",
        "escape",
        "fillrecord",
        "fixedwidth",
        "avro",
        "json",
        "orc",
        "shapefile",
        "ignoreblanklines",
        "maxerror",
        "noload",
        "readratio",
        "removequotes",
        "roundec",
        "trimblanks",
        "truncatecolumns",
        "comprows",
        "ssh",
        "encrypted",
        "partition",
        "addquotes",
        "extension",
        "rowgroupsize",
        "kms_key_id",
        "master_symmetric_key",
        "explicit_ids",
    ]
)


@dataclass(frozen=True)
class S3Location:
    bucket: str
    key: str

    @staticmethod
    def parse(url: str) -> S3Location:
        match = _S3.fullmatch(url)
        if match is None:
            raise RedshiftError(f"S3 URL '{url}' is not valid: it must be s3://bucket/prefix")
        return S3Location(match["bucket"], match["key"])

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Copy:
    """`table` holds one or two names as asked for; `columns` is None for all, in the table's order."""

    table: tuple[str, ...]
    columns: tuple[str, ...] | None
    source: S3Location
    iam_role: str
    format: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unload:
    """`query` is the text between UNLOAD's parentheses."""

    query: str
    target: S3Location
    iam_role: str
    format: str
    options: dict[str, str] = field(default_factory=dict)


def parse_copy(tokens: Sequence[Token]) -> Copy:
    table: list[str] = []
    index = 1
    while index < len(tokens) and tokens[index].is_identifier and not tokens[index].is_word("from"):
        table.append(tokens[index].name)
        index += 1
        if index < len(tokens) and tokens[index].is_symbol("."):
            index += 1
    columns = None
    if index < len(tokens) and tokens[index].is_symbol("("):
        end = closing(tokens, index)
        columns = tuple(part[0].name for part in split_by_comma(tokens[index + 1 : end]) if part)
        index = end + 1
    if not table or index >= len(tokens) or not tokens[index].is_word("from"):
        raise syntax_error(tokens[index].text if index < len(tokens) else "end of input")
    source = S3Location.parse(_string(tokens, index + 1))
    options = _options(tokens, index + 2)
    format_name = options.get("format", "text")
    role = _authorization(options, "COPY")
    if format_name not in ("csv", "parquet"):
        raise NotEmulated(f"COPY in the format {format_name}")
    for option in options.keys() - (_COLUMNAR_COPY if format_name == "parquet" else _CSV_COPY):
        raise RedshiftError(f"{option.upper()} argument is not supported for {format_name.upper()} based COPY")
    return Copy(tuple(table), columns, source, role, format_name, options)


def parse_unload(tokens: Sequence[Token]) -> Unload:
    if len(tokens) < 6 or not tokens[1].is_symbol("(") or not tokens[3].is_symbol(")") or not tokens[4].is_word("to"):
        raise syntax_error(tokens[min(1, len(tokens) - 1)].text, "UNLOAD ('query') TO 's3://...' is expected")
    query = _string(tokens, 2)
    target = S3Location.parse(_string(tokens, 5))
    options = _options(tokens, 6)
    role = _authorization(options, "UNLOAD")
    format_name = options.get("format", "text")
    if format_name not in ("csv", "parquet"):
        raise NotEmulated(f"UNLOAD in the format {format_name}")
    for option in options.keys() - _UNLOAD:
        raise RedshiftError(f"{option.upper()} is not an option of UNLOAD")
    if format_name == "parquet" and options.keys() & {"header", "delimiter", "gzip"}:
        raise RedshiftError("HEADER, DELIMITER and GZIP are not supported for UNLOAD to PARQUET")
    return Unload(query, target, role, format_name, options)


def _authorization(options: dict[str, str], command: str) -> str:
    if "iam_role" not in options:
        raise RedshiftError(f"{command} needs an authorization: IAM_ROLE 'arn:...' (access keys are not emulated)")
    if options["iam_role"].lower() == "default":
        raise NotEmulated("IAM_ROLE default")
    return options["iam_role"]


def _options(tokens: Sequence[Token], index: int) -> dict[str, str]:
    options: dict[str, str] = {}
    while index < len(tokens):
        word = tokens[index].text.lower()
        index += 1
        if word in ("format", "csv", "parquet"):
            if word == "format":
                index = _skip_as(tokens, index)
                word = tokens[index].text.lower() if index < len(tokens) else ""
                index += 1
            _put(options, "format", word)
        elif word in _FLAGS:
            if word == "manifest" and index < len(tokens) and tokens[index].is_word("verbose"):
                raise NotEmulated("MANIFEST VERBOSE")
            _put(options, word, "")
        elif word in _VALUES:
            index = _skip_as(tokens, index)
            if index >= len(tokens):
                raise syntax_error("end of input")
            value = tokens[index]
            _put(options, word, value.string if value.kind is Kind.STRING else value.text)
            index += 1
        elif word in ("credentials", "access_key_id", "with") or word in _NOT_EMULATED:
            raise NotEmulated(word.upper())
        else:
            raise syntax_error(tokens[index - 1].text)
    return options


def _put(options: dict[str, str], name: str, value: str) -> None:
    if name in options:
        raise RedshiftError(f"conflicting or redundant options: {name.upper()}")
    options[name] = value


def _skip_as(tokens: Sequence[Token], index: int) -> int:
    return index + 1 if index < len(tokens) and tokens[index].is_word("as") else index


def _string(tokens: Sequence[Token], index: int) -> str:
    if index >= len(tokens) or tokens[index].kind is not Kind.STRING:
        raise syntax_error(tokens[index].text if index < len(tokens) else "end of input", "a string is expected")
    return tokens[index].string
