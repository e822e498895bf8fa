"""The gate as a job."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from customer_data.errors import SettingsError
from customer_data.files.clients import client, s3_of_process
from customer_data.files.manifest import SourceFile
from customer_data.job import new_parser, read_manifest, require_all_done, run_job
from customer_data.metrics import publish
from customer_data.quality.gate.gate import Gate
from customer_data.quality.gate.metrics import of_gate
from customer_data.quality.gate.replay import replay
from customer_data.quality.gate.settings import GateSettings
from customer_data.quality.gate.sieve import SievedFile, sieve_file
from customer_data.quality.running.all_rows import AllRowRules, AllRows, load_rules
from customer_data.quality.running.file_check import Checks
from customer_data.quality.running.line_findings import LineFindings
from customer_data.records import spread


def main(arguments: Sequence[str]) -> None:
    """Runs the job. Returns when every file has passed, without its bad rows, else raises RunFailed."""
    parser = new_parser()
    work = parser.add_mutually_exclusive_group(required=True)
    for argument in ("--manifest", "--replay", "--plan"):
        work.add_argument(argument)
    run_job(arguments, parser, _work)


def _work(options: argparse.Namespace) -> None:
    if options.plan:
        raise SettingsError(
            f"--plan {options.plan!r}: a gate has no --plan, only a loader has; to try rules on a file without writing"
            " anything, download it and run `cdk-customer-data-platform check --settings FILE.quality.json --data FILE`"
        )
    settings = GateSettings.from_json(options.settings)
    if options.replay:
        replay(options.replay, settings.prefix, settings.csv, client("s3"))
    else:
        _check(options.manifest, settings, options.run_id)


def _check(manifest_url: str, settings: GateSettings, run_id: str) -> None:
    s3 = client("s3")
    files = read_manifest(manifest_url, s3)
    checks = Checks(settings.quality, settings.pipeline, run_id, datetime.now(UTC), csv=settings.csv)
    checks = load_rules(checks, s3)
    work = AllRows(checks, settings.csv, settings.key, settings.staging, s3_of_process)
    with closing(AllRowRules(work)) as rules:
        gate = Gate(settings, run_id, s3=s3, sieve=lambda files: _sieve(files, SieveFile(settings, checks), rules))
        try:
            results = gate.run(files)
        finally:
            publish(of_gate(gate.results, settings.pipeline), client("cloudwatch"))
    held = [
        (result.file, result.reason) for result in results if result.status in ("quarantined", "failed", "unfinished")
    ]
    require_all_done(len(results), held)


@dataclass(frozen=True)
class SieveFile:
    """Sieves one file; plain data, so that it reaches Spark's workers."""

    settings: GateSettings
    checks: Checks

    def __call__(self, item: tuple[SourceFile, LineFindings | None]) -> SievedFile:
        file, found = item
        return sieve_file(file, self.settings, self.checks, found, s3_of_process())


def _sieve(files: Sequence[SourceFile], sieve: SieveFile, rules: AllRowRules) -> list[SievedFile]:
    found = rules.find(files, sieve.settings.naming)
    distribute = spread.worth_distributing([file.size for file in files])
    items = list(zip(files, found, strict=True))
    sieved = (spread.over_spark if distribute else spread.in_driver)(sieve, items)
    rules.delete(found)
    return sieved
