"""Takes the files of one manifest through the rules: sieve, publish, move the original, keep the outcome.

Every step may be repeated, and each file is finished by its outcome, which is written when all but one is done: only
then the original is deleted from where it came. So a run that ends anywhere leaves each file where it was or finished,
and a file that was published by a run that died then is not published again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from customer_data.errors import FileFault, SourceChanged
from customer_data.files.derived_keys import derived_key
from customer_data.files.manifest import SourceFile
from customer_data.files.outcomes import Outcome, Outcomes
from customer_data.files.set_aside import COPY, GONE_CODES, copy_aside, copy_write, remove_original
from customer_data.files.write_order import Write, in_write_order, written_after
from customer_data.quality.gate.result import GateResult
from customer_data.quality.gate.settings import GateSettings
from customer_data.quality.gate.sieve import SievedFile, original_key
from customer_data.records import staged_objects

log = logging.getLogger(__name__)

SieveFiles = Callable[[Sequence[SourceFile]], Iterable[SievedFile]]


class Gate:
    """One run. `results` has the files finished so far, also when `run` raises.

    `sieve` sieves files, spread as the job sees fit, and answers in the order of its files.
    """

    def __init__(
        self,
        settings: GateSettings,
        run_id: str,
        *,
        s3: Any,
        sieve: SieveFiles,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.results: list[GateResult] = []
        self._settings = settings
        self._run_id = run_id
        self._s3 = s3
        self._sieve = sieve
        self._now = now
        self._outcomes = Outcomes(settings.staging.bucket, settings.outcomes_prefix, s3)

    def run(self, files: Sequence[SourceFile]) -> list[GateResult]:
        """Takes the files in the order of their writes; returns what became of each."""
        ordered = in_write_order({file.load_id: file for file in files}.values())
        pending = [file for file in ordered if not self._is_done(file)]
        for sieved in self._sieve(pending):
            self._conclude(sieved)
        return self.results

    def _is_done(self, file: SourceFile) -> bool:
        outcome = self._outcomes.read(file.load_id)
        if outcome is None:
            return False
        if outcome.moved_to:
            remove_original(file, self._s3)  # the run that wrote the outcome may have ended there
        self._finish(GateResult(file, "already_done", f"the run {outcome.run_id} finished it: {outcome.status}"))
        return True

    def _conclude(self, sieved: SievedFile) -> None:
        file = sieved.file
        try:
            if self._is_done(file):  # by a run that was given the file as well, and was faster
                log.info("another run has finished s3://%s/%s meanwhile", file.bucket, file.key)
            elif sieved.superseded:
                self._supersede(file, "the object is gone or was overwritten since its event")
            elif sieved.unreadable:
                self._finish(GateResult(file, "unfinished", sieved.unreadable))
            elif sieved.fault:
                key = derived_key(file, self._settings.error_prefix, self._settings.prefix)
                self._set_aside(sieved, sieved.fault, key, "failed")
            elif sieved.refusal:
                key = original_key(file, self._settings, refused=True)
                self._set_aside(sieved, self._with_what_passed(sieved.refusal, file), key, "quarantined")
            else:
                self._pass(sieved)
        except SourceChanged as changed:
            if not self._is_done(file):  # whoever moved it has written its outcome before
                self._supersede(file, str(changed))
        if sieved.passed_key:
            staged_objects.delete(self._settings.staging.bucket, [sieved.passed_key], self._s3)

    def _pass(self, sieved: SievedFile) -> None:
        file = sieved.file
        target = self._target(file)
        there = self._published(file.bucket, target)
        key = original_key(file, self._settings, refused=False)
        copy_write(file, key, self._s3)  # first: of a write that is gone nothing is published
        if there and there.file.load_id != file.load_id and written_after(Write.of(there.file), Write.of(file)):
            self._end(sieved, "superseded", "a newer write of the same key has passed already", key)
            return
        same = there is not None and (there.file.load_id, there.rejected) == (file.load_id, sieved.rejected_digest)
        if not same and (sieved.rows_passed or sieved.rows_read == 0):
            self._publish(sieved, target)
        self._end(sieved, "passed", None, key)

    def _with_what_passed(self, refusal: FileFault, file: SourceFile) -> FileFault:
        """What an earlier run published before it died cannot be taken back: the message has to say it."""
        there = self._published(file.bucket, self._target(file))
        if there is None or there.file.load_id != file.load_id:
            return refusal
        url = f"s3://{file.bucket}/{self._target(file)}"
        return FileFault(
            refusal.code, f"{refusal.reason}; an earlier run that ended too soon had published rows of it: {url}"
        )

    def _publish(self, sieved: SievedFile, target: str) -> None:
        """Copies the good rows to the passed prefix, in one piece."""
        file = sieved.file
        mark = _marked(file, sieved.rejected_digest)
        extra = {"Metadata": {_MARK: mark}, "MetadataDirective": "REPLACE", "ContentType": "text/csv"}
        if sieved.passed_key:
            source = {"Bucket": self._settings.staging.bucket, "Key": sieved.passed_key}
            self._s3.copy(source, file.bucket, target, ExtraArgs=extra, Config=COPY)
        else:
            copy_write(file, target, self._s3, **extra)

    def _target(self, file: SourceFile) -> str:
        return derived_key(file, self._settings.passed_prefix, self._settings.prefix)

    def _published(self, bucket: str, key: str) -> _Published | None:
        """What is under the passed prefix, as the copy says."""
        try:
            mark = self._s3.head_object(Bucket=bucket, Key=key)["Metadata"].get(_MARK)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE_CODES:
                return None
            raise
        return _unmarked(mark, bucket, key) if mark else None

    def _set_aside(self, sieved: SievedFile, fault: FileFault, key: str, status: Any) -> None:
        copy_aside(sieved.file, fault, key, run_id=self._run_id, at=self._now(), s3=self._s3)
        self._end(sieved, status, fault.reason, key)

    def _end(self, sieved: SievedFile, status: Any, reason: str | None, moved_to: str) -> None:
        file, check = sieved.file, sieved.check
        self._outcomes.write(
            Outcome(
                load_id=file.load_id,
                run_id=self._run_id,
                at=self._now().isoformat(),
                status=status,
                reason=reason,
                moved_to=f"s3://{file.bucket}/{moved_to}",
                rows_read=sieved.rows_read,
                rows_rejected=sieved.rows_rejected,
                rows_warned=check.rows_warned if check else 0,
                top_reasons=check.top_reasons if check else (),
                report=check.report_url if check else None,
                rejected=f"s3://{file.bucket}/{sieved.rejected_key}" if sieved.rejected_key else None,
            )
        )
        remove_original(file, self._s3)
        self._finish(GateResult(file, status, reason, self._run_id, sieved))

    def _supersede(self, file: SourceFile, reason: str) -> None:
        at = self._now().isoformat()
        self._outcomes.write(Outcome(file.load_id, self._run_id, at, "superseded", reason))
        self._finish(GateResult(file, "superseded", reason, self._run_id))

    def _finish(self, result: GateResult) -> None:
        log.info("%s", result.summary_line())
        self.results.append(result)


#: Metadata of what is published: of which write it is, and which of its rows are not in it.
_MARK = "gate-source"


@dataclass(frozen=True)
class _Published:
    file: SourceFile
    rejected: str


def _marked(file: SourceFile, rejected: str) -> str:
    """ASCII, as metadata has to be, and far below its 2 KB."""
    return json.dumps([file.load_id, file.version_id, file.etag, file.sequencer, file.event_time, rejected])


def _unmarked(mark: str, bucket: str, key: str) -> _Published:
    load_id, version_id, etag, sequencer, event_time, rejected = json.loads(mark)
    return _Published(SourceFile(load_id, bucket, key, version_id, etag, 0, sequencer, event_time), rejected)
