"""Rules to try out, and what decides how they see a file: from a rules file, or from what `cdk synth` wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from customer_data.errors import SettingsError
from customer_data.files.staging_location import StagingLocation
from customer_data.quality.gate.settings import GateSettings
from customer_data.quality.rules.rule import ForeignKeyRule
from customer_data.quality.rules.rule_set import RuleSet
from customer_data.quality.rules.rules_file import RulesSource, rules_source
from customer_data.quality.rules.settings import QualitySettings
from customer_data.quality.running.file_check import rules_of
from customer_data.typed_json import read_as

REPORTS = "report/"
STAGING = StagingLocation("staging", "")


@dataclass(frozen=True)
class Pipeline:
    """`name` is what messages call it, `sources` its rules files, `settings` those of a gate's job."""

    name: str
    settings: GateSettings
    sources: tuple[RulesSource, ...]

    @property
    def rules(self) -> RuleSet:
        """Raises SettingsError and RulesFileError."""
        return rules_of(self.settings.quality.rules, self.sources)

    def local_references(self, given: Mapping[str, Path]) -> dict[tuple[str, str], Path]:
        """The files to read in place of objects (bucket, key), from files by the names of rules. Raises SettingsError
        for a rule or a file that is not there, and for reference data without a file."""
        rules = {rule.name: rule for rule in self.rules.sql if isinstance(rule, ForeignKeyRule)}
        for name, file in given.items():
            if name not in rules:
                allowed = f"{', '.join(rules)} is allowed" if rules else "no rule here has reference data; leave it out"
                raise SettingsError(f"--reference names the rule {name!r}, but {allowed}")
            if not file.is_file():
                raise SettingsError(
                    f"--reference of the rule {name!r} is {file}, but no such file is there; correct it"
                )
        local = {(rules[name].bucket, rules[name].key): file for name, file in given.items()}
        for name, rule in rules.items():
            if (rule.bucket, rule.key) not in local:
                raise SettingsError(
                    f"the rule {name!r} takes its values from s3://{rule.bucket}/{rule.key}, which is not read here;"
                    f" give a local CSV with the column {rule.reference_column!r}: --reference {name}=CSV"
                )
        return local


def of_rules_file(file: Path, key: tuple[str, ...]) -> Pipeline:
    """Rules by themselves: of the format of files everything is detected. Raises RulesFileError."""
    settings = GateSettings("check", STAGING, QualitySettings(REPORTS), key=key)
    return Pipeline(str(file), settings, (rules_source(str(file), file.read_bytes),))


def of_settings(file: Path) -> Pipeline:
    """The rules of a gate or a loader. Raises SettingsError and RulesFileError."""
    try:
        given = read_as(Mapping[str, Any], json.loads(file.read_text(encoding="utf-8")))  # type: ignore[type-abstract]
        settings = read_as(GateSettings, {**given, "staging": asdict(STAGING)})
        rules_of(settings.quality.rules, ())
    except (OSError, ValueError, SettingsError) as error:
        raise SettingsError(
            f"--settings is {file}, but a file that this version's `cdk synth` writes for a pipeline with rules is"
            f" needed, cdk.out/STACK.PIPELINE.quality.json: {error}"
        ) from error
    named = [os.path.relpath(file.parent / rules.url) for rules in settings.quality.rules_files]
    sources = tuple(rules_source(name, Path(name).read_bytes) for name in named)
    quality = replace(settings.quality, report_prefix=REPORTS)
    return Pipeline(str(file), replace(settings, quality=quality), sources)
