"""Tables, keys and names; nothing is dropped silently."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_tables import column, converted, oracle_type, refers, said, table, target

from customer_data.oracle_schema.assessed import Outcome
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.model import (
    OracleColumn,
    OracleConstraint,
    OracleSchema,
    OracleTable,
    OracleType,
    OtherObject,
    Unread,
)
from customer_data.oracle_schema.names import target_name
from customer_data.oracle_schema.redshift_sql import column_definition, create_table, script
from customer_data.oracle_schema.types import Effort
from customer_data.warehouse.table_name import TableName

#: test/dispatch/ledger-of-key.test.ts reads the same file: where the merge writes a table's ledger, it is read.
_NAMES = json.loads((Path(__file__).parents[1] / "data" / "target_names.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("source", "name"), _NAMES.items())
def test_names_are_those_that_the_app_reads_by(source: str, name: str) -> None:
    assert target_name(source) == name


def test_names_are_in_lower_case() -> None:
    made = converted(table("CRM.CUSTOMERS", "ID NUMBER(9) NOT NULL", "Größe NUMBER(3)"))
    assert made.tables[0].name == TableName("crm", "customers")
    assert [one.name for one in made.tables[0].columns] == ["id", "größe"]


def test_all_tables_go_to_the_target_schema() -> None:
    made = converted(table("CRM.A", "ID NUMBER"), table("SALES.B", "ID NUMBER"), target_schema="Replica")
    assert [one.name for one in made.tables] == [TableName("replica", "a"), TableName("replica", "b")]


def test_a_name_of_128_bytes_is_cut_and_stays_another_than_its_neighbour() -> None:
    names = ["C" * 127 + last for last in "AB"]
    assert len({target_name(name) for name in names}) == 2
    assert all(len(target_name(name).encode()) <= 127 for name in names)
    assert target_name("C" * 127) == "c" * 127


def test_columns_that_every_redshift_table_has_get_another_name() -> None:
    assert [target_name(name) for name in ("OID", "CTID", "XMIN", "UID")] == ["oid_", "ctid_", "xmin_", "uid"]


def test_columns_that_would_be_one_are_both_reported() -> None:
    made = converted(table("T", column("ID NUMBER"), column("X NUMBER", name="Id"), column("N NUMBER(9)")))
    assert [one.name for one in target(made, "t").columns] == ["n"]
    for name, other in (("ID", "Id"), ("Id", "ID")):
        part = said(made, "CRM.T", name)
        assert part.outcome is Outcome.PERSON
        assert f"{other} would both be the column id" in part.reasons[0]


def test_tables_that_would_be_one_are_all_reported_and_none_is_made() -> None:
    made = converted(
        table("CRM.T", "ID NUMBER"), table("SALES.T", "ID NUMBER"), table("CRM.U", "ID NUMBER"), target_schema="x"
    )
    assert [one.name.name for one in made.tables] == ["u"]
    assert "SALES.T would both be the table x.t" in said(made, "CRM.T").reasons[0]
    assert [part.name for part in said(made, "SALES.T").parts] == ["ID"]


@pytest.mark.parametrize("suffix", ["__LOADS", "__TOMBSTONES"])
def test_a_table_does_not_take_the_name_of_the_merges_own(suffix: str) -> None:
    made = converted(table("T", "ID NUMBER"), table(f"T{suffix}", "ID NUMBER"), table(f"U{suffix}", "ID NUMBER"))
    assert sorted(one.name.name for one in made.tables) == ["t", f"u{suffix.lower()}"]
    assert "the merge makes a table crm.t__" in said(made, f"CRM.T{suffix}").reasons[0]


@pytest.mark.parametrize("name", ["CDP_SEQUENCE", "CDP_OPERATION"])
def test_a_column_of_the_merge_is_not_taken(name: str) -> None:
    made = converted(table("T", "ID NUMBER(9)", f"{name} NUMBER(9)"))
    assert [one.name for one in target(made, "t").columns] == ["id"]
    assert said(made, "CRM.T", name).effort is Effort.SIMPLE


def test_columns_that_dms_does_not_bring_are_left_out() -> None:
    made = converted(
        table(
            "T",
            "ID NUMBER(9)",
            column("TOTAL NUMBER", expression='"PRICE"*"QUANTITY"'),
            column("OLD NUMBER", is_hidden=True),
            column("SYS_NC00005$ RAW(20)", is_hidden=True, expression='UPPER("NAME")'),
        )
    )
    assert [one.name for one in target(made, "t").columns] == ["id"]
    assert 'compute "PRICE"*"QUANTITY" in a view' in said(made, "CRM.T", "TOTAL").reasons[0]
    assert "make it visible in Oracle" in said(made, "CRM.T", "OLD").reasons[0]
    assert said(made, "CRM.T", "SYS_NC00005$").outcome is Outcome.NOTED


def test_a_hidden_column_takes_no_name_from_another() -> None:
    made = converted(table("T", column("ID NUMBER(9)"), column("X NUMBER", name="id", is_hidden=True)))
    assert [one.name for one in target(made, "t").columns] == ["id"]


def test_names_that_dms_does_not_bring_are_reported() -> None:
    """DMS User Guide, "Limitations on using Oracle as a source": names of more than 30 bytes."""
    made = converted(table("T" * 31, f"{'A' * 30} NUMBER(9)", f"{'B' * 31} NUMBER(9)", f"{'É' * 16} NUMBER(9)"))
    assert "no table whose name has more than 30 bytes" in said(made, f"CRM.{'T' * 31}").reasons[0]
    assert [bool(part.reasons) for part in said(made, f"CRM.{'T' * 31}").parts[:3]] == [False, True, True]


def test_lobs_of_a_table_without_a_key_are_reported() -> None:
    made = converted(table("T", "ID NUMBER(9)", "NOTE CLOB", "SOUND LONG RAW"))
    assert "without a key DMS brings no LOBs: NOTE, SOUND stay empty" in said(made, "CRM.T", "none").reasons[0]


def test_defaults_and_identities_are_said_and_need_no_note() -> None:
    """A default would fill what the source has as NULL, and keeps Redshift from widening the column."""
    made = converted(
        table(
            "T",
            column("ID NUMBER(9) NOT NULL", is_identity=True),
            column("MADE DATE", default="SYSDATE"),
            column("GONE DATE", default="NULL"),
        )
    )
    assert "DEFAULT" not in create_table(made.tables[0]) and "IDENTITY" not in create_table(made.tables[0])
    parts = [said(made, "CRM.T", name) for name in ("ID", "MADE", "GONE")]
    assert [part.source for part in parts] == ["NUMBER(9) GENERATED AS IDENTITY", "DATE DEFAULT SYSDATE", "DATE"]
    assert all(part.outcome is Outcome.CONVERTED and not part.reasons for part in parts)


@pytest.mark.parametrize(("partitioning", "asked"), [("LIST", "single values of it"), ("RANGE", "ranges of it")])
def test_a_sortkey_by_the_partitions_says_what_queries_ask_for(partitioning: str, asked: str) -> None:
    made = converted(
        table("T", "ID NUMBER(9)", "STATE CHAR(2)", key="ID", partitioning=partitioning, partitioned_by=("STATE",))
    )
    sorted_by = f"SORTKEY (state): Oracle partitions the table by it ({partitioning}), so queries ask for {asked}"
    assert said(made, "CRM.T").proposals == (
        "DISTKEY (id): the primary key: a change meets its row on one node",
        sorted_by,
    )
    assert f"-- {sorted_by}\n" in script(made)


def test_one_is_not_several() -> None:
    one = converted(table("T", "ID NUMBER(9)", "SPEC CLOB"), table("K", "ID ROWID", "B ROWID", "C DATE", key="ID,B"))
    assert "no LOBs: SPEC stays empty" in said(one, "CRM.T", "none").reasons[0]
    assert "of the key the columns ID, B are not converted" in said(one, "CRM.K", "K_PK").reasons[0]


def test_not_null_is_kept_but_not_of_a_lob_that_arrives_as_null() -> None:
    made = converted(table("T", "ID NUMBER(9) NOT NULL", "NOTE CLOB NOT NULL", "FREE NUMBER(9)"))
    assert [one.not_null for one in target(made, "t").columns] == [True, False, False]
    assert "NOT NULL is left out" in " ".join(said(made, "CRM.T", "NOTE").reasons)


@pytest.mark.parametrize(
    ("condition", "enabled", "expected"),
    [
        ('"N" IS NOT NULL', True, True),
        ("n is not null", True, True),
        ('("N" IS NOT NULL)', True, True),
        ('"N" IS NOT NULL', False, False),
        ('"N" IS NOT NULL OR "M" > 1', True, False),
        ('"n" IS NOT NULL', True, False),
    ],
)
def test_a_check_that_a_column_is_not_null(condition: str, enabled: bool, expected: bool) -> None:
    check = OracleConstraint("C", ("N",), "SYS_C001", condition, is_enabled=enabled)
    made = converted(table("T", "N NUMBER(9)", "M NUMBER(9)", constraints=(check,)))
    assert target(made, "t").columns[0].not_null is expected


def test_checks_and_unique_constraints_are_reported() -> None:
    constraints = (
        OracleConstraint("C", ("N",), "N_RANGE", '"N" BETWEEN 1 AND 9'),
        OracleConstraint("U", ("N",), "N_UNIQUE"),
    )
    made = converted(table("T", "ID NUMBER(9)", "N NUMBER(9)", key="ID", constraints=constraints))
    assert said(made, "CRM.T", "N_RANGE").source == '"N" BETWEEN 1 AND 9'
    assert said(made, "CRM.T", "N_UNIQUE").outcome is Outcome.NOTED
    assert "CHECK" not in script(made).split("CREATE TABLE")[1]


# Keys


def test_the_primary_key_is_kept_in_its_order_and_never_null() -> None:
    made = target(converted(table("T", "A NUMBER(9)", "B NUMBER(9)", key="B,A")), "t")
    assert made.primary_key == ("b", "a")
    assert [one.not_null for one in made.columns] == [True, True]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"is_enabled": False}, "the key is disabled or was not validated"),
        ({"columns": ("ID", "WHERE_IT_IS")}, "of the key the column WHERE_IT_IS is not converted"),
        ({"columns": ()}, "nothing says which columns the key has"),
        ({"columns": ("ID", "ID")}, "a column stands in the key ID, ID twice"),
    ],
)
def test_without_a_whole_key_the_table_appends_and_a_person_is_asked(changed: dict[str, object], reason: str) -> None:
    key = replace(OracleConstraint("P", ("ID",), "PK"), **changed)  # type: ignore[arg-type]
    made = converted(table("T", "ID NUMBER(9)", "WHERE_IT_IS ROWID", constraints=(key,)))
    assert target(made, "t").primary_key == ()
    assert said(made, "CRM.T", "PK").reasons[0].startswith(reason)
    assert said(made, "CRM.T").outcome is Outcome.PERSON


def test_a_unique_constraint_that_could_be_the_key_is_named() -> None:
    unique = OracleConstraint("U", ("A", "B"), "UQ")
    made = converted(table("T", "A NUMBER(9) NOT NULL", "B NUMBER(9) NOT NULL", constraints=(unique,)))
    assert "columns a, b are unique and never NULL" in said(made, "CRM.T", "none").reasons[0]
    may_be_null = converted(table("T", "A NUMBER(9)", "B NUMBER(9) NOT NULL", constraints=(unique,)))
    assert "unique" not in said(may_be_null, "CRM.T", "none").reasons[0]


def test_a_constraint_without_columns_is_none() -> None:
    nothing = tuple(OracleConstraint(kind, (), kind, references=("CRM", "T")) for kind in ("U", "R"))
    made = converted(table("T", "A NUMBER(9)", constraints=nothing))
    assert "unique" not in said(made, "CRM.T", "none").reasons[0]
    assert (target(made, "t").foreign_keys, said(made, "CRM.T", "R").outcome) == ((), Outcome.NOTED)


def test_a_foreign_key_is_kept_in_pairs_and_parents_are_made_first() -> None:
    """doctrine/dbal#474 and ora2pg#221: the columns of a key of several lost their order."""
    child = table("LINES", "A NUMBER(9)", "B NUMBER(9)", key="A,B", constraints=(refers("B,A", "ORDERS", "Y,X"),))
    parent = table("ORDERS", "X NUMBER(9)", "Y NUMBER(9)", key="X,Y")
    made = converted(child, parent)
    assert [one.name.name for one in made.tables] == ["orders", "lines"]
    assert 'FOREIGN KEY ("b", "a") REFERENCES "crm"."orders" ("y", "x")' in script(made)


def test_a_foreign_key_without_columns_means_the_primary_key() -> None:
    made = converted(table("P", "ID NUMBER(9)", key="ID"), table("C", "P NUMBER(9)", constraints=(refers("P", "P"),)))
    assert target(made, "c").foreign_keys[0].referenced == ("id",)


@pytest.mark.parametrize(
    ("constraint", "reason"),
    [
        (refers("P", "GONE"), "CRM.GONE that it refers to is not among those converted"),
        (refers("P", "P", "CODE"), "it does not refer to the primary key of crm.p"),
        (refers("P", "P", is_enabled=False), "it is disabled"),
        (refers("W", "P"), "the column W is not converted"),
        (refers("D", "P"), "types that Redshift does not compare"),
    ],
)
def test_a_foreign_key_that_redshift_would_not_take_is_reported(constraint: OracleConstraint, reason: str) -> None:
    """SchemaCrawler#64: Oracle takes foreign keys to unique columns; Redshift's planner trusts what it is given."""
    parent = table("P", "ID NUMBER(9)", "CODE NUMBER(9)", key="ID")
    made = converted(parent, table("C", "P NUMBER(9)", "W ROWID", "D DATE", constraints=(constraint,)))
    assert target(made, "c").foreign_keys == ()
    name = f"FOREIGN KEY ({constraint.columns[0]})"
    assert reason in said(made, "CRM.C", name).reasons[0]


def test_tables_that_refer_to_each_other_keep_the_foreign_key_that_can_be_made() -> None:
    made = converted(
        table("A", "ID NUMBER(9)", "B NUMBER(9)", key="ID", constraints=(refers("B", "B"),)),
        table("B", "ID NUMBER(9)", "A NUMBER(9)", key="ID", constraints=(refers("A", "A"),)),
        table("S", "ID NUMBER(9)", "UP NUMBER(9)", key="ID", constraints=(refers("UP", "S"),)),
    )
    assert [(one.name.name, len(one.foreign_keys)) for one in made.tables] == [("s", 1), ("a", 0), ("b", 1)]
    assert "refers to this table in turn" in said(made, "CRM.A", "FOREIGN KEY (B)").reasons[0]


def test_a_table_that_refers_to_itself_keeps_its_place() -> None:
    own = table("Z", "ID NUMBER(9)", "UP NUMBER(9)", key="ID", constraints=(refers("UP", "Z"),))
    assert [one.name.name for one in converted(own, table("A", "ID NUMBER(9)", key="ID")).tables] == ["z", "a"]


def test_the_distribution_and_the_order_are_proposed_with_reasons() -> None:
    made = converted(
        table("ORDERS", "ID NUMBER(9)", key="ID"),
        table(
            "LINES",
            *("ID NUMBER(9)", "ORDER_ID NUMBER(9)", "MADE DATE"),
            key="ID,ORDER_ID",
            constraints=(refers("ORDER_ID", "ORDERS"),),
            partitioning="RANGE",
            partitioned_by=("MADE",),
        ),
        table("LOG", "TEXT VARCHAR2(20)"),
        table("HASHED", "ID NUMBER(9)", "REGION NUMBER(9)", key="ID", partitioning="HASH", partitioned_by=("REGION",)),
        table("NOTES", "ID NUMBER(9)", "BODY RAW(16)", key="BODY"),
    )
    lines = target(made, "lines")
    assert lines.distkey and lines.distkey.columns == ("order_id",) and "join crm.orders" in lines.distkey.reason
    assert lines.sortkey and lines.sortkey.columns == ("made",) and "RANGE" in lines.sortkey.reason
    assert (target(made, "log").distkey, target(made, "log").sortkey) == (None, None)
    pair = target(converted(table("PAIR", "A NUMBER(9)", "B NUMBER(9)", key="B,A")), "pair")
    assert pair.distkey and pair.distkey.columns == ("b",) and pair.distkey.reason == "the first of the primary key"
    assert pair.sortkey and pair.sortkey.columns == ("b", "a")
    hashed = target(made, "hashed").sortkey
    assert hashed and hashed.columns == ("id",)
    assert (target(made, "notes").distkey, target(made, "notes").sortkey) == (None, None)
    text = script(made)
    assert "-- DISTKEY (order_id): of the primary key, and rows join crm.orders by it" in text
    assert 'DISTSTYLE KEY DISTKEY ("order_id")\nCOMPOUND SORTKEY ("made");' in text


# What is no table of Redshift's


@pytest.mark.parametrize(
    ("kind", "outcome", "reason"),
    [
        ("temporary", Outcome.NOTED, "nothing to replicate"),
        ("external", Outcome.PERSON, "the rows are in files"),
        ("nested", Outcome.PERSON, "unnest them in a view"),
    ],
)
def test_a_table_of_another_kind_is_reported_with_its_columns(kind: str, outcome: Outcome, reason: str) -> None:
    made = converted(table("T", "ID NUMBER", "X DATE", kind=kind))
    assert made.tables == ()
    item = said(made, "CRM.T")
    assert item.outcome is outcome and reason in item.reasons[0]
    assert [part.name for part in item.parts] == ["ID", "X"]


def test_a_table_of_objects_is_converted_with_a_note() -> None:
    made = converted(table("T", "ID NUMBER(9)", key="ID", kind="object"))
    assert len(made.tables) == 1 and "objects" in said(made, "CRM.T").reasons[0]


def test_a_table_without_convertible_columns_or_with_too_many_is_reported() -> None:
    wide = table("WIDE", *(f"C{number} NUMBER(9)" for number in range(1599)))
    made = converted(table("T", "PLACE ROWID"), wide)
    assert made.tables == ()
    assert "none of its columns" in said(made, "CRM.T").reasons[0]
    assert "it has 1,599 columns, and Redshift takes 1,600" in said(made, "CRM.WIDE").reasons[0]
    assert "where Oracle stores a row" in said(made, "CRM.T", "PLACE").reasons[0]
    assert said(made, "CRM.WIDE", "C7").reasons == ("its table is not converted",)


def test_a_statement_that_the_data_api_does_not_take_is_reported() -> None:
    made = converted(table("T", *(f"{'C' * 120}{number:04} NUMBER(9)" for number in range(900))))
    assert made.tables == ()
    assert "100,000" in said(made, "CRM.T").reasons[0]
    assert not any(part.target for part in said(made, "CRM.T").parts)


def test_all_other_objects_are_assessed() -> None:
    others = tuple(
        OtherObject(kind, "CRM", f"O_{kind}")
        for kind in ("SEQUENCE", "TRIGGER", "PACKAGE", "PACKAGE BODY", "INDEX", "SYNONYM", "TYPE", "QUEUE")
    )
    unread = (Unread(12, "CREATE WIDGET", "WIDGET is not known"),)
    made = convert(OracleSchema(others=others, unread=unread))
    assert [item.kind for item in made.assessed] == [*(other.kind.lower() for other in others), "statement"]
    assert made.assessed[-1].name == "line 12" and "WIDGET is not known" in made.assessed[-1].reasons[0]
    efforts = {item.kind: item.effort for item in made.assessed}
    assert (efforts["sequence"], efforts["trigger"], efforts["package"]) == (None, None, Effort.COMPLEX)


# Any schema

_NAMES = st.text("abXYZ_$#é\"' \n", min_size=1, max_size=6)
_TYPES = st.one_of(
    st.builds(
        OracleType,
        st.sampled_from(["NUMBER", "FLOAT", "DECIMAL", "TIMESTAMP", "INTEGER"]),
        precision=st.none() | st.integers(0, 40),
        scale=st.none() | st.integers(-130, 130),
    ),
    st.builds(
        OracleType,
        st.sampled_from(["VARCHAR2", "CHAR", "NVARCHAR2", "RAW", "LONG", "CLOB", "BLOB", "LONG RAW", "UROWID"]),
        length=st.none() | st.integers(0, 40_000),
        char_semantics=st.booleans(),
    ),
    st.builds(OracleType, _NAMES, owner=st.none() | st.sampled_from(["SYS", "CRM"])),
)
_COLUMNS = st.lists(
    st.builds(
        OracleColumn,
        _NAMES,
        _TYPES,
        nullable=st.booleans(),
        default=st.none() | _NAMES,
        expression=st.none() | _NAMES,
        is_identity=st.booleans(),
        is_hidden=st.booleans(),
        comment=st.none() | _NAMES,
    ),
    max_size=6,
    unique_by=lambda column: column.name,
)


@st.composite
def _tables(draw: st.DrawFn) -> OracleTable:
    columns = draw(_COLUMNS)
    some = st.lists(
        st.sampled_from([column.name for column in columns] or ["GONE"]), min_size=1, max_size=3, unique=True
    )
    constraints = draw(
        st.lists(
            st.builds(
                OracleConstraint,
                st.sampled_from(["P", "U", "R", "C"]),
                some.map(tuple),
                name=st.none() | _NAMES,
                condition=st.none() | _NAMES,
                references=st.tuples(st.sampled_from(["A", "a", "B"]), _NAMES),
                is_enabled=st.booleans(),
            ),
            max_size=3,
        )
    )
    kind = draw(st.sampled_from(["table", "table", "table", "temporary", "external", "nested", "object"]))
    return OracleTable(
        draw(st.sampled_from(["A", "a", "B"])),
        draw(_NAMES),
        tuple(columns),
        tuple(constraints),
        partitioning=draw(st.none() | st.sampled_from(["RANGE", "HASH"])),
        partitioned_by=tuple(draw(some)),
        kind=kind,  # type: ignore[arg-type]
    )


@given(
    st.lists(_tables(), max_size=4, unique_by=lambda table: (table.owner, table.name)), st.none() | st.just("Replica")
)
def test_each_column_of_each_table_is_in_the_output_or_in_the_report(
    tables: list[OracleTable], target_schema: str | None
) -> None:
    made = convert(OracleSchema(tuple(tables)), target_schema=target_schema)
    targets = {table.source: table for table in made.tables}
    assert len({table.name for table in made.tables}) == len(made.tables)
    for source, item in zip(tables, made.assessed, strict=True):
        assert item.name == f"{source.owner}.{source.name}"
        parts = [part for part in item.parts if part.kind == "column"]
        assert [part.name for part in parts] == [column.name for column in source.columns]
        assert all(part.target or part.reasons for part in parts)
        if item.name not in targets:
            assert item.outcome is not Outcome.CONVERTED and item.reasons
            assert not any(part.target for part in parts)
            continue
        there = targets[item.name].columns
        assert [part.target for part in parts if part.target] == [f"{one.name} {one.type.sql}" for one in there]
        assert all(f"  {column_definition(one)}" in script(made) for one in there)


def test_types_are_written_as_somebody_would_read_them() -> None:
    assert oracle_type("NUMBER(*,2)") == OracleType("NUMBER", scale=2)


@pytest.mark.parametrize("name", ["PART#", "A/B", "A\\B", "A-B"])
def test_a_key_column_of_which_dms_brings_no_value_from_before_has_a_note(name: str) -> None:
    made = converted(table("T", column("N NUMBER(9)", name=name), "ID NUMBER(9)", key=f"{name},ID"))
    part = said(made, "CRM.T", "T_PK")
    assert (part.outcome, target(made, "t").primary_key) == (Outcome.NOTED, (name.lower(), "id"))
    assert f"DMS does not say what {name} was before a change" in part.reasons[0]


def test_other_columns_with_such_names_have_none() -> None:
    assert not said(
        converted(table("T", "ID NUMBER(9)", column("N NUMBER(9)", name="N#"), key="ID")), "CRM.T", "T_PK"
    ).reasons
