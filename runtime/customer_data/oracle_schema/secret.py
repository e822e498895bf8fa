"""The secret with which the source database is reached. Nothing that it holds is in a message but host and port."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from customer_data.errors import SettingsError
from customer_data.oracle_schema.settings import SourceSettings

_KEYS = ("username", "password", "host", "port")


@dataclass(frozen=True)
class Login:
    host: str
    port: int
    username: str = field(repr=False)
    password: str = field(repr=False)

    def url(self, service_name: str) -> str:
        return f"jdbc:oracle:thin:@//{self.host}:{self.port}/{service_name}"


def read_secret(settings: SourceSettings, secrets_manager: Any) -> Login:
    """Raises SettingsError for a secret that is missing, has not the keys that DMS requires, or another address."""
    where = f"the secret {settings.secret_id}"
    try:
        text = secrets_manager.get_secret_value(SecretId=settings.secret_id).get("SecretString")
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in ("ResourceNotFoundException", "AccessDeniedException", "DecryptionFailure"):
            raise SettingsError(f"{where} cannot be read: {code}; check its name and the job role's rights") from None
        raise
    login = _login(_values(text, where), where)
    for name, expected, found in (("host", settings.host, login.host), ("port", settings.port, login.port)):
        if expected is not None and str(expected).lower() != str(found).lower():
            raise SettingsError(
                f"{where} has the {name} {found}, and the settings have {expected}, for which the network's rules were"
                " made; make both the same and deploy again"
            )
    return login


def _values(text: str | None, where: str) -> dict[str, Any]:
    try:
        values = json.loads(text or "")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        # `from None`: an error of JSON would quote the text.
        raise SettingsError(f"{where} is no JSON object; it needs the keys {', '.join(_KEYS)}") from None
    return values


def _login(values: dict[str, Any], where: str) -> Login:
    missing = [name for name in _KEYS if values.get(name) in (None, "")]
    if missing:
        raise SettingsError(f"{where} lacks {', '.join(missing)}; it needs the keys {', '.join(_KEYS)}, as DMS does")
    port = str(values["port"])
    if not port.isdigit():
        raise SettingsError(f"{where} has a port that is no number; write the port of the listener, such as 1521")
    return Login(str(values["host"]), int(port), str(values["username"]), str(values["password"]))
