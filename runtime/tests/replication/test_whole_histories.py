"""Whatever happens to a source, to DMS's files and to the runs of the merge: the warehouse ends with the source's rows.

What runs is what is deployed: the mappings and settings of a synthesized template, the engine that stands for DMS, a
database that plays Oracle, the tables that the schema job makes, and the merge.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import WRITER
from deployed_replication import synthesized
from hypothesis import Phase, given, seed, settings
from playing_histories import Playing, Servers
from source_histories import History, histories

from local.dms.source import OracleServer

EXAMPLES = 50
_SETTINGS = settings(deadline=None, print_blob=True, suppress_health_check=[])


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Servers]:
    oracle = OracleServer(tmp_path_factory.mktemp("oracle") / "oracle")
    with ThreadPoolExecutor() as pool:
        deployed = pool.submit(synthesized, tmp_path_factory.mktemp("app") / "cdk.out")
        try:
            oracle.start()
            yield Servers(deployed.result(), oracle.create_service("CRM"), postgres_url, WRITER)
        finally:
            oracle.delete()


def test_the_warehouse_has_the_rows_of_the_source(servers: Servers) -> None:
    # To look for a smaller history takes minutes, and is left to the many.
    play = settings(_SETTINGS, max_examples=EXAMPLES, derandomize=True, phases=[Phase.generate])
    play(given(history=histories())(lambda history: check(servers, history)))()


@pytest.mark.full
def test_the_warehouse_has_the_rows_of_the_source_in_many_histories(
    servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    number = int(os.environ.get("HISTORIES_SEED") or secrets.randbelow(2**32))
    with capsys.disabled():
        print(f"\nthe histories are those of HISTORIES_SEED={number}")
    play = settings(_SETTINGS, max_examples=10 * EXAMPLES)
    seed(number)(play(given(history=histories())(lambda history: check(servers, history))))()


def check(servers: Servers, history: History) -> None:
    with Playing(servers, history) as playing:
        playing.begin()
        for step in history.steps:
            playing.play(step)
        playing.end()
        for table in playing.tables:
            if table.key:
                assert Counter(playing.warehouse_rows(table)) == Counter(playing.source_rows(table)), table.name
                continue
            found = Counter(playing.warehouse_rows(table, "cdp_operation"))
            expected, maybe = playing.events.of_width(len(table.columns))
            assert not expected - found, "versions are missing"
            assert not found - expected - maybe, "there are too many versions"
