"""What the local cloud is doing, as JSON and as one page of HTML."""

from __future__ import annotations

import os
from html import escape
from typing import Any

from moto.cloudformation.models import cloudformation_backends

from local.compute.functions import Functions
from local.compute.glue_runs import Run, all_jobs
from local.dms import service as dms
from local.events.queues import all_queues, depth
from local.process.context import ACCOUNT, REGION, CloudContext
from local.redshift import warehouses

LAST_SHOWN = 20


def status(context: CloudContext, functions: Functions) -> dict[str, Any]:
    stacks = cloudformation_backends[ACCOUNT][REGION].stacks.values()
    runs = [run for job in all_jobs() for run in job.job_runs if isinstance(run, Run)]
    return {
        "server": [{"pid": os.getpid(), "directory": str(context.directory)}],
        "stacks": [{"name": stack.name, "status": stack.status} for stack in stacks],
        # Of a stack that is being made, moto would make what its outputs need.
        "outputs": [
            {"stack": stack.name, "output": output["OutputKey"], "value": output["OutputValue"]}
            for stack in stacks
            if stack.status.endswith("_COMPLETE")
            for output in stack.outputs or []
        ],
        "warehouses": [{"namespace": name, "url": url} for name, url in warehouses.urls.items()],
        "replications": [
            {"replication": each.identifier, "status": each.status, "failure": each.failure}
            for each in (dms.running.api.replications if dms.running else ())
        ],
        "oracles": [
            {"service": name, "url": url} for name, url in (dms.running.oracles.urls if dms.running else {}).items()
        ],
        "queues": [{"name": queue.name, **depth(queue)} for queue in all_queues()],
        "functions": [
            {"name": name, "invocations": count, "errors": functions.errors[name]}
            for name, count in sorted(functions.invocations.items())
        ],
        "runs": [
            {
                "job": run.job_name,
                "run": run.job_run_id,
                "state": run.status,
                "pid": run.process.pid if run.process else None,
                "error": run.error_message or None,
            }
            for run in runs[-LAST_SHOWN:]
        ],
        "inbox": [
            {"time": message["time"], "subject": message["subject"], "message": message["message"]}
            for message in context.activity.messages()[-LAST_SHOWN:]
        ],
        "errors": [{"line": line} for line in list(context.activity.last_errors)[-LAST_SHOWN:]],
    }


def render(described: dict[str, Any]) -> str:
    sections = "".join(f"<h2>{escape(name)}</h2>{_table(rows)}" for name, rows in described.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">'
        "<title>Local cloud</title><style>body{font:14px system-ui;margin:2em}td,th{padding:.2em 1em .2em 0;"
        "text-align:left;vertical-align:top;white-space:pre-wrap}h2{margin:1em 0 .3em}</style></head>"
        f'<body><h1>Local cloud</h1><a href="/_local/log">log</a> <a href="/_local/status.json">JSON</a>{sections}'
        "</body></html>"
    )


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>none</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str('' if value is None else value))}</td>" for value in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
