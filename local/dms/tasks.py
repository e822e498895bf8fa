"""Replication tasks on an instance."""

from __future__ import annotations

from moto.dms.exceptions import InvalidResourceStateFault, ResourceAlreadyExistsFault, ResourceNotFoundFault
from moto.dms.models import dms_backends

from local.dms.calls import Answer, Calls, Parameters, filtered, new_arn, now, refuse_positions
from local.dms.replication import TASK
from local.process.context import ACCOUNT, REGION


class TaskCalls(Calls):
    def create_replication_task(self, given: Parameters) -> Answer:
        refuse_positions(given)
        identifier = given["ReplicationTaskIdentifier"].lower()
        if any(each["ReplicationTaskIdentifier"] == identifier for each in self._tasks.values()):
            raise ResourceAlreadyExistsFault(f"ReplicationTask {identifier} already exists.")
        if given["ReplicationInstanceArn"] not in dms_backends[ACCOUNT][REGION].replication_instances:
            raise ResourceNotFoundFault("Replication instance could not be found.")
        task_arn = new_arn("task", given.get("ResourceIdentifier"))
        made: Answer = {**given, "ReplicationTaskIdentifier": identifier, "ReplicationTaskArn": task_arn}
        made["ReplicationTaskCreationDate"] = now()
        self._check(made["MigrationType"], made["TableMappings"], made.get("ReplicationTaskSettings"))
        self._endpoint(made["SourceEndpointArn"]), self._endpoint(made["TargetEndpointArn"])
        self._tag(task_arn, made.pop("Tags", None))
        self._tasks[task_arn] = made
        self._replications[task_arn] = self._replication(task_arn, identifier, TASK)
        return {"ReplicationTask": self._described_task(made)}

    def modify_replication_task(self, given: Parameters) -> Answer:
        refuse_positions(given)
        task = self._task(given["ReplicationTaskArn"])
        self._replications[task["ReplicationTaskArn"]].require_idle("modify")
        changed = {**task, **given}
        self._check(changed["MigrationType"], changed["TableMappings"], changed.get("ReplicationTaskSettings"))
        task.update(changed)
        return {"ReplicationTask": self._described_task(task)}

    def describe_replication_tasks(self, given: Parameters) -> Answer:
        names = {
            "replication-task-arn": "ReplicationTaskArn",
            "replication-task-id": "ReplicationTaskIdentifier",
            "migration-type": "MigrationType",
            "replication-instance-arn": "ReplicationInstanceArn",
        }
        found = filtered(self._tasks.values(), given, names, "ReplicationTask")
        return {"ReplicationTasks": [self._described_task(task) for task in found]}

    def delete_replication_task(self, given: Parameters) -> Answer:
        task = self._task(given["ReplicationTaskArn"])
        answer = self._described_task(task) | {"Status": "deleting"}
        self._delete(task["ReplicationTaskArn"])
        del self._tasks[task["ReplicationTaskArn"]]
        return {"ReplicationTask": answer}

    def start_replication_task(self, given: Parameters) -> Answer:
        refuse_positions(given)
        task = self._task(given["ReplicationTaskArn"])
        self._require_connections(task)
        self._replications[task["ReplicationTaskArn"]].start(
            given.get("StartReplicationTaskType"),
            lambda: self._job(task, task["MigrationType"], task.get("ReplicationTaskSettings")),
        )
        return {"ReplicationTask": self._described_task(task)}

    def _require_connections(self, task: Answer) -> None:
        """Raises what DMS answers to the start of a task whose endpoints its instance has not reached, or not since
        they were changed."""
        for endpoint in ("SourceEndpointArn", "TargetEndpointArn"):
            connection = self._connections.get((task["ReplicationInstanceArn"], task[endpoint]), {})
            if connection.get("Status") != "successful":
                raise InvalidResourceStateFault(
                    "Test connection for replication instance and endpoint should be successful for starting the"
                    " replication task"
                )

    def stop_replication_task(self, given: Parameters) -> Answer:
        task = self._task(given["ReplicationTaskArn"])
        self._replications[task["ReplicationTaskArn"]].stop()
        return {"ReplicationTask": self._described_task(task)}

    def describe_table_statistics(self, given: Parameters) -> Answer:
        task_arn = self._task(given["ReplicationTaskArn"])["ReplicationTaskArn"]
        page, marker = self._statistics(task_arn, given)
        return {"ReplicationTaskArn": task_arn, "TableStatistics": page} | marker

    def reload_tables(self, given: Parameters) -> Answer:
        task_arn = self._task(given["ReplicationTaskArn"])["ReplicationTaskArn"]
        self._reload(task_arn, given)
        return {"ReplicationTaskArn": task_arn}

    def _described_task(self, task: Answer) -> Answer:
        replication = self._replications[task["ReplicationTaskArn"]]
        described = {name: value for name, value in task.items() if name not in ("Tags", "ResourceIdentifier")}
        described |= {"Status": replication.status, "ReplicationTaskStats": self._progress(replication)}
        if replication.started:
            described["ReplicationTaskStartDate"] = replication.started.timestamp()
        if replication.stop_reason:
            described["StopReason"] = replication.stop_reason
        if replication.failure:
            described["LastFailureMessage"] = replication.failure
        return described
