"""Fixtures of tests of rules."""

from __future__ import annotations

from typing import Any

import pytest
from quality.rows_checked import Rows


@pytest.fixture(scope="module")
def rows(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return Rows(tmp_path_factory.mktemp("s3"))
