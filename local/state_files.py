"""The files of a local cloud's directory that others read."""

STATE_FILE = "server.json"
"""Written when the server answers: where it is and the administrator's keys."""

LOG_FILE = "local.log"
INBOX_FILE = "inbox.jsonl"
