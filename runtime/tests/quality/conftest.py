"""Fixtures of tests of rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from customer_data.quality import spark_rules
from quality.rows_checked import Rows


@pytest.fixture(scope="module")
def rows(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rows]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spark_rules, "_SHUFFLES_PER_PART", 1)  # a few rows, and many queries
        yield Rows(tmp_path_factory.mktemp("s3"))
