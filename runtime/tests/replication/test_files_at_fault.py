"""A file at fault holds up the files of its table that came with it, and nobody else's; mended, it is merged."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from replication_world import CUSTOMERS, PREFIX, TASK_START, Replication, statuses
from world import STAGING, World

from customer_data.errors import RunFailed, WarehouseError
from customer_data.files.manifest import SourceFile
from customer_data.files.source_object import RangedObject


@pytest.fixture
def customers(world: World) -> Replication:
    return Replication(world)


def of_csv(customers: Replication) -> Replication:
    return Replication(customers.world, ddl=None, format="csv")


def truncated(customers: Replication) -> SourceFile:
    body = customers.body([("I", 5, {"ID": 5, "NAME": "Eve"})], customers.columns, commit=TASK_START)
    return customers.put("20240101-001000000.parquet", body[:-20])


def empty(customers: Replication) -> SourceFile:
    return customers.put("20240101-001000000.parquet", b"")


def empty_csv(customers: Replication) -> SourceFile:
    return customers.put("20240101-001000000.csv", b"")


def truncated_gzip(customers: Replication) -> SourceFile:
    packed = Replication(customers.world, ddl=None, format="csv.gz")
    rows = [("I", number, {"ID": number, "NAME": str(number * 7919)}) for number in range(1, 3000)]
    body = packed.body(rows, customers.columns, commit=TASK_START)
    return customers.put("20240101-001000000.csv.gz", body[: len(body) // 2])


def other_header(customers: Replication) -> SourceFile:
    return customers.put("20240101-001000000.csv", b"I,5,Eve,2024-01-01 00:10:00.000000,1\nI,6,Fay,x,2\n")


def ragged(customers: Replication) -> SourceFile:
    body = of_csv(customers).body([("I", 5, {"ID": 5, "NAME": "Eve"})], customers.columns, commit=TASK_START)
    return customers.put("20240101-001000000.csv", body + b"I,6\n")


def no_number(customers: Replication) -> SourceFile:
    body = of_csv(customers).body([("I", 5, {"ID": "five", "NAME": "Eve"})], customers.columns, commit=TASK_START)
    return customers.put("20240101-001000000.csv", body)


def unknown_operation(customers: Replication) -> SourceFile:
    return customers.changes(("I", 5, {"ID": 5}), ("T", 6, {"ID": 6}), minute=10)


def no_sequence(customers: Replication) -> SourceFile:
    return customers.changes(("I", None, {"ID": 5}), minute=10)


def empty_sequence(customers: Replication) -> SourceFile:
    return customers.changes(("I", "", {"ID": 5}), minute=10)


def long_sequence(customers: Replication) -> SourceFile:
    return customers.changes(("I", "1" * 36, {"ID": 5}), minute=10)


def null_key(customers: Replication) -> SourceFile:
    return customers.changes(("I", 5, {"NAME": "nobody"}), minute=10)


def no_key_column(customers: Replication) -> SourceFile:
    return customers.changes(("I", 5, {"NAME": "x"}), columns={"NAME": pa.string()}, minute=10)


def two_columns_of_one_name(customers: Replication) -> SourceFile:
    columns = {**CUSTOMERS, "Name": pa.string()}
    return customers.changes(("I", 5, {"ID": 5, "NAME": "x", "Name": "y"}), columns=columns, minute=10)


def nested_column(customers: Replication) -> SourceFile:
    columns = {**CUSTOMERS, "TAGS": pa.list_(pa.string())}
    return customers.changes(("I", 5, {"ID": 5, "TAGS": ["x"]}), columns=columns, minute=10)


def other_type(customers: Replication) -> SourceFile:
    columns = {"ID": pa.date32(), "NAME": pa.string()}
    return customers.changes(("I", 5, {"ID": TASK_START.date()}), columns=columns, minute=10)


def change_in_a_load(customers: Replication) -> SourceFile:
    body = customers.body([("D", 5, {"ID": 5})], customers.columns, commit=TASK_START)
    return customers.put("LOAD00000001.parquet", body)


def load_without_its_time(customers: Replication) -> SourceFile:
    body = of_csv(customers).body([("I", None, {"ID": 5})], customers.columns, commit=TASK_START)
    return customers.put("LOAD00000001.csv", body.replace(b"2024-01-01", b"yesterday"))


def broken_page(customers: Replication) -> SourceFile:
    rows = [("I", number, {"ID": number, "NAME": str(number * 7919)}) for number in range(1, 300)]
    body = bytearray(customers.body(rows, customers.columns, commit=TASK_START))
    body[40:200] = bytes(byte ^ 0xFF for byte in body[40:200])
    return customers.put("20240101-001000000.parquet", bytes(body))


def encrypted(customers: Replication) -> SourceFile:
    body = customers.body([("I", 5, {"ID": 5, "NAME": "Eve"})], customers.columns, commit=TASK_START)
    return customers.put("20240101-001000000.parquet", b"PARE" + body[4:-4] + b"PARE")


def no_columns(customers: Replication) -> SourceFile:
    out = io.BytesIO()
    pq.write_table(pa.table({}), out)
    return customers.put("20240101-001000000.parquet", out.getvalue())


def column_without_a_name(customers: Replication) -> SourceFile:
    return customers.changes(("I", 5, {"ID": 5, "": "x"}), columns={**CUSTOMERS, "": pa.string()}, minute=10)


def sequence_in_other_digits(customers: Replication) -> SourceFile:
    return customers.changes(("I", "٣", {"ID": 5}), minute=10)


def load_of_a_binary_time(customers: Replication) -> SourceFile:
    body = customers.body([("I", None, {"ID": 5})], customers.columns, commit=TASK_START)
    table = pq.read_table(io.BytesIO(body))
    place = table.schema.get_field_index("cdp_commit_time")
    out = io.BytesIO()
    pq.write_table(table.set_column(place, "cdp_commit_time", table[place].cast(pa.binary())), out)
    return customers.put("LOAD00000001.parquet", out.getvalue())


def broken_gzip(customers: Replication) -> SourceFile:
    packed = Replication(customers.world, ddl=None, format="csv.gz")
    body = packed.body([("I", 5, {"ID": 5, "NAME": "Eve"})], customers.columns, commit=TASK_START)
    return customers.put("20240101-001000000.csv.gz", body[:30] + b"\xff\xff\xff" + body[33:])


def lines_of_an_old_macintosh(customers: Replication) -> SourceFile:
    body = of_csv(customers).body([("I", 5, {"ID": 5, "NAME": "Eve"})], customers.columns, commit=TASK_START)
    return customers.put("20240101-001000000.csv", body.replace(b"\n", b"\r"))


def completion_with_numbers_for_times(customers: Replication) -> SourceFile:
    body = {"full_load_rows": 1, "full_load_started_at": 5, "full_load_ended_at": 6}
    return customers.put("complete.json", json.dumps(body).encode())


def endless_completion(customers: Replication) -> SourceFile:
    return customers.put("complete.json", b"[" * 100_000)


def broken_completion(customers: Replication) -> SourceFile:
    return customers.put("complete.json", b'{"full_load_rows": 1')


FAULTS: list[tuple[Callable[[Replication], SourceFile], str]] = [
    (truncated, "is truncated or no Parquet"),
    (empty, "is truncated or no Parquet"),
    (empty_csv, "is empty, without a header"),
    (truncated_gzip, "cannot be read to its end"),
    (other_header, "has no column 'Op'"),
    (ragged, "cannot be read to its end"),
    (no_number, "in row 1 the value of 'ID' is none of the column 'id', BIGINT"),
    (unknown_operation, "in row 2 'Op' is none of I, U and D"),
    (no_sequence, "in row 1 'cdp_change_seq' has not 1 to 35 digits"),
    (empty_sequence, "in row 1 'cdp_change_seq' has not 1 to 35 digits"),
    (long_sequence, "in row 1 'cdp_change_seq' has not 1 to 35 digits"),
    (null_key, "the key column 'ID' is NULL"),
    (no_key_column, "no column of the file becomes 'id', which is in the PRIMARY KEY"),
    (two_columns_of_one_name, "'NAME' and 'Name' both become 'name'"),
    (nested_column, "which COPY reads into no column"),
    (other_type, "holds DATE, of which the table's BIGINT takes none"),
    (change_in_a_load, "in row 1 'Op' is none of I"),
    (load_without_its_time, "is no time"),
    (broken_gzip, "has no header in UTF-8"),
    (lines_of_an_old_macintosh, "has no header in UTF-8"),
    (completion_with_numbers_for_times, "is not what the reconciler writes"),
    (endless_completion, "is not what the reconciler writes"),
    (broken_page, "cannot be read to its end"),
    (encrypted, "is truncated or no Parquet"),
    (no_columns, "has no column 'Op', but none"),
    (column_without_a_name, "has a column without a name"),
    (sequence_in_other_digits, "in row 1 'cdp_change_seq' has not 1 to 35 digits"),
    (load_of_a_binary_time, "is no time"),
    (broken_completion, "is not what the reconciler writes"),
]


@pytest.mark.parametrize(("make", "reason"), FAULTS, ids=[make.__name__ for make, _ in FAULTS])
def test_a_file_at_fault_fails_and_its_table_waits(
    customers: Replication, make: Callable[[Replication], SourceFile], reason: str
) -> None:
    customers.merge(customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}), minute=1))
    good = customers.changes(("I", 2, {"ID": 2, "NAME": "Bo"}), minute=2)
    bad = make(customers)
    others = Replication(customers.world, name="OTHERS")
    other = others.changes(("I", 1, {"ID": 9, "NAME": "Zoe"}))

    results = {result.file.load_id: result for result in customers.merge(good, bad, other)}

    assert (results[bad.load_id].status, results[good.load_id].status) == ("failed", "unfinished")
    assert reason in (results[bad.load_id].reason or "")
    assert f"s3://{STAGING}/{bad.key}" in (results[good.load_id].reason or "")
    assert results[other.load_id].status == "loaded"
    assert (customers.rows(), others.rows()) == ([(1, "Ann")], [(9, "Zoe")])
    assert dict(customers.ledger())[bad.key.rpartition("/")[2]] == "failed"
    assert bad.key in customers.world.object_keys(STAGING, PREFIX), "it stays where it is"

    if bad.key.endswith("complete.json"):
        return
    body = customers.body([("I", 5, {"ID": 5, "NAME": "mended"})], customers.columns, commit=TASK_START)
    mended = customers.put("20240101-001000000.parquet", body)
    customers.merge(good, mended)
    assert customers.rows() == [(1, "Ann"), (2, "Bo"), (5, "mended")]


def test_a_value_is_in_no_message(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    measures = Replication(world, ddl="id BIGINT NOT NULL, name DOUBLE PRECISION, PRIMARY KEY (id)")
    [result] = measures.merge(measures.changes(("I", 1, {"ID": 1, "NAME": "ann@example.com"})))

    assert result.status == "failed" and "double precision" in (result.reason or "")
    assert "ann@" not in caplog.text + (result.reason or "")


def test_a_row_of_a_csv_that_copy_refuses_is_looked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redshift says of a CSV only where the reason is. (Redshift manual, "SYS_LOAD_ERROR_DETAIL".)"""
    customers = Replication(world, format="csv")
    merger = customers.merger()
    batch = merger._warehouse.batch

    def refuse(statements: list[str]) -> list[int]:
        try:
            return batch(statements)
        except WarehouseError as error:
            said = "ERROR: Load into table 't' failed. Check 'sys_load_error_detail' system table for details."
            raise WarehouseError(said, error.sql) from error

    monkeypatch.setattr(merger._warehouse, "batch", refuse)
    merger.merge([customers.changes(("I", 1, {"ID": 1, "NAME": "x" * 40}))])
    assert customers.rows() == [(1, "x" * 40)]


def test_trouble_on_the_way_to_a_file_is_not_its_fault(customers: Replication, monkeypatch: pytest.MonkeyPatch) -> None:
    file = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))

    def fail(*_: object) -> object:
        raise ConnectionResetError(104, "Connection reset by peer")

    with monkeypatch.context() as patch, pytest.raises(ConnectionResetError):
        patch.setattr(RangedObject, "read", fail)
        customers.merge(file)
    assert set(statuses(customers.merge(file)).values()) == {"loaded"}


def test_a_load_that_begins_with_an_empty_row_group_is_merged(customers: Replication) -> None:
    body = customers.body([("I", None, {"ID": 1, "NAME": "Ann"})], customers.columns, commit=TASK_START)
    table, out = pq.read_table(io.BytesIO(body)), io.BytesIO()
    with pq.ParquetWriter(out, table.schema) as writer:
        writer.write_table(table.slice(0, 0))
        writer.write_table(table)
    customers.merge(customers.put("LOAD00000001.parquet", out.getvalue()))
    assert customers.rows() == [(1, "Ann")]


def test_a_commit_that_is_no_time_leaves_the_lag_unknown(customers: Replication) -> None:
    body = customers.body([("I", 1, {"ID": 1, "NAME": "Ann"})], customers.columns, commit=TASK_START)
    table, out = pq.read_table(io.BytesIO(body)), io.BytesIO()
    place = table.schema.get_field_index("cdp_commit_time")
    pq.write_table(table.set_column(place, "cdp_commit_time", pa.array(["no time" * 9])), out)
    customers.merge(customers.put("20240101-001000000.parquet", out.getvalue()))
    assert (customers.rows(), customers.state()["last_commit_time"]) == ([(1, "Ann")], None)


def test_what_no_other_run_has_changed_is_not_waited_for(customers: Replication) -> None:
    """Somebody took a column from the ledger."""
    file = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))
    customers.merge(file)
    customers.world.admin.execute(f'ALTER TABLE "{customers.world.schema}"."customers__loads" DROP COLUMN rows_loaded')
    with pytest.raises(WarehouseError, match="rows_loaded"):
        customers.merge(customers.changes(("I", 2, {"ID": 2, "NAME": "Bo"})))


def test_a_failed_file_is_tried_again_by_a_run_with_the_same_manifest(world: World) -> None:
    """The table lacked a column that somebody has added since."""
    from customer_data.warehouse.schema_contract import SchemaContract

    customers = Replication(world)
    file = customers.changes(("I", 1, {"ID": 1, "AGE": 40}), columns={**CUSTOMERS, "AGE": pa.int32()})
    frozen = {"schema_contract": SchemaContract.FREEZE}
    assert set(statuses(customers.merge(file, **frozen)).values()) == {"failed"}
    assert set(statuses(customers.merge(file, **frozen)).values()) == {"failed"}
    world.admin.execute(f"ALTER TABLE {customers.target} ADD COLUMN age INTEGER")

    assert set(statuses(customers.merge(file, **frozen)).values()) == {"loaded"}
    assert [status for _, status in customers.ledger()] == ["loaded"]
    assert customers.rows("id, age") == [(1, 40)]


def test_a_table_that_the_warehouse_lacks_waits_until_it_is_there(world: World) -> None:
    customers = Replication(world, ddl=None)
    others = Replication(world, name="OTHERS")
    file = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))
    results = customers.merge(file, others.changes(("I", 1, {"ID": 9, "NAME": "Zoe"})))

    assert sorted(result.status for result in results) == ["failed", "loaded"]
    assert "there is no table" in next(result.reason or "" for result in results if result.status == "failed")
    Replication(world)
    customers.merge(file)
    assert customers.rows() == [(1, "Ann")]


def test_a_new_table_of_the_source_is_made_by_the_schema_job_and_merged(world: World) -> None:
    new, runs = Replication(world, ddl=None), list[None]()

    def make() -> None:
        runs.append(None)
        Replication(world)

    merger = new.merger(schema_job="schema-crm", run_schema_job=make)
    [result] = merger.merge([new.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))])

    assert (result.status, len(runs), new.rows()) == ("loaded", 1, [(1, "Ann")])


@pytest.mark.parametrize("trouble", [None, "its run jr_1 ended FAILED: no such user"])
def test_a_table_that_the_schema_job_does_not_make_is_reported_and_the_job_run_no_more(
    world: World, trouble: str | None
) -> None:
    new = Replication(world, ddl=None)
    runs: list[str | None] = []
    for sequence in (1, 2):
        merger = new.merger(schema_job="schema-crm", run_schema_job=lambda: runs.append(trouble) or trouble)
        [result] = merger.merge([new.changes(("I", sequence, {"ID": 1, "NAME": "Ann"}))])
        assert "run the schema job (aws glue start-job-run --job-name 'schema-crm'" in (result.reason or "")
        assert sequence > 1 or not trouble or trouble in (result.reason or "")
    assert runs == [trouble]
    assert [status for _, status in new.ledger()] == ["failed", "failed"], "which the message about the run tells"


def test_a_table_that_the_schema_file_lacks(world: World) -> None:
    new = Replication(world, ddl=None)
    [result] = new.merge(new.changes(("I", 1, {"ID": 1, "NAME": "Ann"})))
    assert "add it to the schemaFile, and deploy that; then run the manifest again" in (result.reason or "")
    assert [status for _, status in new.ledger()] == ["failed"]


def test_a_file_that_dms_does_not_write_is_reported(customers: Replication) -> None:
    good = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))
    results = customers.merge(good, customers.put("notes.txt", b"hello"), customers.put("sub/LOAD00000001.csv", b""))

    assert sorted(result.status for result in results) == ["failed", "failed", "loaded"]
    assert customers.rows() == [(1, "Ann")]


def test_a_file_that_is_gone_is_superseded(customers: Replication) -> None:
    """DMS was asked to truncate, or the lifecycle was faster."""
    gone = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))
    customers.world.s3.delete_object(Bucket=STAGING, Key=gone.key)
    good = customers.changes(("I", 2, {"ID": 2, "NAME": "Bo"}))
    results = customers.merge(gone, good)

    assert statuses(results)[gone.key.rpartition("/")[2]] == "superseded"
    assert customers.rows() == [(2, "Bo")]


def test_changes_that_a_late_load_needs_again_and_are_gone_fail_it(customers: Replication) -> None:
    after = customers.changes(("U", 10, {"ID": 1, "NAME": "newer"}), minute=5)
    customers.merge(after)
    customers.world.s3.delete_object(Bucket=STAGING, Key=after.key)
    [result] = customers.merge(customers.load({"ID": 1, "NAME": "old"}))

    assert (result.status, customers.rows()) == ("failed", [(1, "newer")])
    assert "reload the table" in (result.reason or "")


def test_hidden_changes_that_are_gone_fail_what_comes_with_a_reason(customers: Replication) -> None:
    """The load came late, was committed without them, and their file's days are over."""
    hidden = customers.changes(("U", 10, {"ID": 1, "NAME": "newer"}), minute=5)
    customers.merge(hidden, customers.load({"ID": 1, "NAME": "old"}))
    ledger = f'"{customers.world.schema}"."customers__loads"'
    customers.world.admin.execute(f"UPDATE {ledger} SET generation = '{17 * '0'}' WHERE kind = 'changes'")
    customers.world.s3.delete_object(Bucket=STAGING, Key=hidden.key)
    [result] = customers.merge(customers.changes(("U", 20, {"ID": 2, "NAME": "Bo"}), minute=9))

    assert result.status == "failed"
    assert "reload the table" in (result.reason or "")


def test_two_sources_of_one_table_are_refused(customers: Replication) -> None:
    customers.merge(customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"})))
    body = customers.body([("D", 2, {"ID": 1})], customers.columns, commit=TASK_START)
    other = customers.put("20240301-120000000.parquet", body, table="Customers")
    [result] = customers.merge(other)

    assert (result.status, customers.rows()) == ("failed", [(1, "Ann")])
    assert "has the rows of CRM.CUSTOMERS, and CRM.Customers has the same name there" in (result.reason or "")


def test_two_sources_of_one_table_in_one_run_are_refused(customers: Replication) -> None:
    first = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))
    body = customers.body([("I", 2, {"ID": 2, "NAME": "Bo"})], customers.columns, commit=TASK_START)
    results = customers.merge(first, customers.put("20240301-120000000.parquet", body, table="Customers"))

    assert sorted(result.status for result in results) == ["failed", "loaded"]
    assert len(customers.rows()) == 1


@pytest.mark.parametrize("name", ["X__LOADS", "X__TOMBSTONES"])
def test_a_table_with_a_name_of_the_merges_own_tables_is_refused(customers: Replication, name: str) -> None:
    customers.world.admin.execute(f'CREATE TABLE "{customers.world.schema}"."{name.lower()}" (id BIGINT)')
    body = customers.body([("I", 2, {"ID": 2, "NAME": "Bo"})], customers.columns, commit=TASK_START)
    [result] = customers.merge(customers.put("20240301-120000000.parquet", body, table=name))

    assert result.status == "failed"
    assert f"CRM.{name} would be {customers.world.schema}.{name.lower()}, a name that the merge has" in (
        result.reason or ""
    )


def test_the_job_fails_with_what_is_wrong_and_reports_what_is_done(customers: Replication) -> None:
    others = Replication(customers.world, name="OTHERS")
    bad, good = unknown_operation(customers), others.changes(("I", 1, {"ID": 9, "NAME": "Zoe"}))
    with pytest.raises(RunFailed, match=r"1 of 2 files failed: .*'Op' is none of I, U and D"):
        customers.run_job(bad, good)

    assert others.rows() == [(9, "Zoe")]


def test_trouble_of_the_warehouse_ends_the_run_and_leaves_the_files(
    customers: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = Replication(customers.world, name="OTHERS")
    merger = customers.merger()
    batch = merger._warehouse.batch

    def refuse(statements: list[str]) -> list[int]:
        if any('"customers"' in statement for statement in statements):
            raise WarehouseError("ERROR: permission denied for relation customers", statements[-1])
        return batch(statements)

    monkeypatch.setattr(merger._warehouse, "batch", refuse)
    mine = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))
    with pytest.raises(WarehouseError, match="permission denied"):
        merger.merge([mine, others.changes(("I", 1, {"ID": 9, "NAME": "Zoe"}))])

    assert (customers.rows(), others.rows()) == ([], [(9, "Zoe")])
    customers.merge(mine)
    assert customers.rows() == [(1, "Ann")]
