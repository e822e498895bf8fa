"""What the deployed example does by itself when an event is lost, a run dies or nothing can start."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from local.tests.platform.loading import TWO_HOURS, Pipeline, Row, sweep


def test_sweeps_up_a_file_whose_event_was_lost(purchases: Pipeline) -> None:
    purchases.wait_for_idle()
    with purchases.events_lost():
        version = purchases.upload("lost.csv", "Purchase ID,Amount\n940001,1.00\n")
    purchases.cloud.make_older(purchases.bucket, purchases.prefix + "lost.csv", TWO_HOURS)
    assert purchases.messages_waiting(purchases.queue_url) == 0

    assert sweep(purchases.cloud, "Purchases")["queued"] == [purchases.prefix + "lost.csv"]
    assert purchases.wait_for(version) == ("loaded", 1, None)
    purchases.wait_for_idle()

    second = sweep(purchases.cloud, "Purchases")
    assert (second["due"], second["queued"]) == (1, [])


def test_tries_a_file_whose_runs_die_twice_more_and_then_tells_people(purchases: Pipeline) -> None:
    purchases.wait_for_idle()
    known = {run["Id"] for run in purchases.runs()}
    version = purchases.upload("deadly.csv", "Purchase ID,Amount\n950001,1.00\n")

    def told() -> list[dict[str, Any]]:
        for run_id in purchases.new_runs(known):
            purchases.signal_run(run_id, signal.SIGKILL)
        return purchases.messages_about("deadly.csv")

    [message] = purchases.cloud.wait_until(told, 120, "a message about the file")
    purchases.wait_for_idle()

    assert purchases.attempts(version) == [0, 1, 2]
    assert len(purchases.new_runs(known, "FAILED")) == 3
    assert "Command failed with exit code 137" in message["message"]
    assert f"s3://{purchases.bucket}/{purchases.prefix}deadly.csv: not finished by 3 runs" in message["message"]
    assert len(purchases.messages_about("deadly.csv")) == 1
    assert purchases.loads(version) == []
    left = purchases.cloud.client("s3").head_object(Bucket=purchases.bucket, Key=purchases.prefix + "deadly.csv")
    assert left["VersionId"] == version


def test_loads_the_files_of_a_run_that_timed_out_again(purchases: Pipeline) -> None:
    purchases.wait_for_idle()
    known = {run["Id"] for run in purchases.runs()}
    version = purchases.upload("slow.csv", "Purchase ID,Amount\n960001,1.00\n")
    [run_id] = purchases.cloud.wait_until(lambda: purchases.new_runs(known), 60, "the run")
    assert purchases.signal_run(run_id, signal.SIGSTOP)

    purchases.cloud.time_out(run_id)

    assert purchases.wait_for(version) == ("loaded", 1, None)
    assert purchases.new_runs(known, "TIMEOUT") == [run_id]
    assert purchases.attempts(version) == [0, 1]
    assert purchases.messages_about("slow.csv") == []


def test_loads_the_files_of_a_run_that_was_out_of_memory_again(purchases: Pipeline) -> None:
    purchases.wait_for_idle()
    known = {run["Id"] for run in purchases.runs()}
    records = "".join(f"{number},{number % 90}.50\n" for number in range(6_000_000, 7_500_000))
    version = purchases.upload("large.csv", "Purchase ID,Amount\n" + records)
    [run_id] = purchases.cloud.wait_until(lambda: purchases.new_runs(known), 60, "the run")
    purchases.cloud.wait_until(
        lambda: any("staging 1 files" in line for line in purchases.log_of(run_id)), 60, "staging"
    )
    purchases.forbid_more_memory(run_id)

    assert purchases.wait_for(version) == ("loaded", 1_500_000, None)
    [run] = [run for run in purchases.runs() if run["Id"] == run_id]
    assert run["JobRunState"] == "FAILED"
    # Python raises; C++ that finds no memory aborts (134) or crashes (139), and a library that finds none to be loaded
    # into ends the process (127, by the dynamic linker).
    codes = [f"Command failed with exit code {code}" for code in (127, 134, 139)]
    assert "Memory" in run["ErrorMessage"] or run["ErrorMessage"] in codes
    assert purchases.attempts(version) == [0, 1]
    assert purchases.messages_about("large.csv") == []


def test_loads_the_files_of_a_stopped_run_again(purchases: Pipeline) -> None:
    purchases.wait_for_idle()
    known = {run["Id"] for run in purchases.runs()}
    records = "".join(f"{number},{number % 90}.50\n" for number in range(5_000_000, 5_300_000))
    version = purchases.upload("stopped.csv", "Purchase ID,Amount\n" + records)

    [run_id] = purchases.cloud.wait_until(lambda: purchases.new_runs(known), 60, "the run")
    purchases.cloud.client("glue").batch_stop_job_run(JobName=purchases.job_name, JobRunIds=[run_id])

    assert purchases.wait_for(version) == ("loaded", 300_000, None)
    states = {run["Id"]: run["JobRunState"] for run in purchases.runs()}
    assert states[run_id] == "STOPPED"
    assert purchases.sql(
        f"SELECT count(*), count(DISTINCT purchase_id) FROM {purchases.table}"
        " WHERE purchase_id BETWEEN 5000000 AND 5999999"
    ) == [(300_000, 300_000)]


def test_fails_without_the_database_role_and_recovers_by_itself_when_it_is_back(purchases: Pipeline) -> None:
    glue, iam = purchases.cloud.client("glue"), purchases.cloud.client("iam")
    role = glue.get_job(JobName=purchases.job_name)["Job"]["Role"].rpartition("/")[2]
    [tag] = [tag for tag in iam.list_role_tags(RoleName=role)["Tags"] if tag["Key"] == "RedshiftDbRoles"]
    purchases.wait_for_idle()
    known = {run["Id"] for run in purchases.runs()}

    iam.untag_role(RoleName=role, TagKeys=["RedshiftDbRoles"])
    try:
        version = purchases.upload("no-grant.csv", "Purchase ID,Amount\n920001,1.00\n")

        [run_id, *_] = purchases.cloud.wait_until(lambda: purchases.new_runs(known, "FAILED"), 60, "the failed run")
        run = glue.get_job_run(JobName=purchases.job_name, RunId=run_id)["JobRun"]
        assert "permission denied" in run["ErrorMessage"]
        assert purchases.loads(version) == []
    finally:
        iam.tag_role(RoleName=role, Tags=[tag])

    assert purchases.wait_for(version) == ("loaded", 1, None)


@pytest.mark.full
def test_waits_in_the_queue_while_glue_is_busy(purchases: Pipeline) -> None:
    cloud = purchases.cloud
    first = purchases.upload("busy-1.csv", "Purchase ID,Amount\n930001,1.00\n")
    purchases.wait_for(first)
    purchases.wait_for_idle()
    [manifest] = [
        run["Arguments"]["--manifest"]
        for run in purchases.runs()
        if any(file["version_id"] == first for file in purchases.manifest_files(run))
    ]
    glue = cloud.client("glue")
    job = glue.get_job(JobName=purchases.job_name)["Job"]
    busy = [
        glue.start_job_run(JobName=purchases.job_name, Arguments={"--manifest": manifest})["JobRunId"]
        for _ in range(job["ExecutionProperty"]["MaxConcurrentRuns"])
    ]
    cloud.wait_until(
        lambda: all(purchases.signal_run(run_id, signal.SIGSTOP) for run_id in busy), 30, "the busy runs' processes"
    )
    refusals = cloud.log_path.read_text().count("start refused")

    second = purchases.upload("busy-2.csv", "Purchase ID,Amount\n930002,1.00\n")

    def wake() -> None:
        """What was put off comes back at once, instead of in minutes."""
        cloud.wake_queue(purchases.queue_url.rpartition("/")[2])

    def refused_20_times() -> bool:
        wake()
        return cloud.log_path.read_text().count("start refused") >= refusals + 20

    try:
        cloud.wait_until(refused_20_times, 240, "20 refused starts")
        assert purchases.messages_waiting(purchases.queue_url) == 1
        assert purchases.messages_waiting(purchases.dead_letter_queue_url) == 0
        assert purchases.loads(second) == []
    finally:
        for run_id in busy:
            purchases.signal_run(run_id, signal.SIGCONT)

    def loaded() -> list[Row]:
        wake()
        return purchases.loads(second)

    cloud.wait_until(loaded, 120, "the load of the file that waited")
    assert purchases.loads(second) == [("loaded", 1, None)]
