"""The files of a local cloud's directory that others read."""

STATE_FILE = "server.json"
"""Written when the server answers: where it is and the administrator's keys."""

POSTGRES_DIRECTORY = "postgres"
ORACLE_DIRECTORY = "oracle"
LOG_FILE = "local.log"
INBOX_FILE = "inbox.jsonl"
