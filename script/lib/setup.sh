# What the commands in script/ share; sourced by them. Sets the repository up, doing only what is not done yet.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$ROOT"
CACHE="$ROOT/.cache"
VENV_PYTHON="$ROOT/.venv/bin/python"
export PYTHONDONTWRITEBYTECODE=1
# Notices of npm and jsii about new and old versions: not about this project.
export NPM_CONFIG_UPDATE_NOTIFIER=false JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=20 JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20

say() { printf '\n==> %s\n' "$*"; }

fail() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

# timed WHAT COMMAND...: says what is done, does it, says how long it took; ends as COMMAND did.
timed() {
  local what="$1" started=$SECONDS code=0
  shift
  say "$what"
  "$@" || code=$?
  printf '    %s: %d s%s\n' "$what" $((SECONDS - started)) "$( ((code == 0)) || printf ', failed')"
  return "$code"
}

# once STAMP FINGERPRINT WHAT COMMAND...: does it unless STAMP says that it was done for the same FINGERPRINT.
# A COMMAND that is a function joins its steps by &&: within `timed` an error does not end the script by itself.
once() {
  local stamp="$1" fingerprint="$2" what="$3"
  shift 3
  if [[ -f "$stamp" && "$(<"$stamp")" == "$fingerprint" ]]; then
    printf '    %s: done before\n' "$what"
    return
  fi
  timed "$what" "$@" || fail "$what: see above"
  mkdir -p "$(dirname "$stamp")"
  printf '%s' "$fingerprint" >"$stamp"
}

# fingerprint PATH...: one hash of the names and contents of these files and of all files in these folders.
fingerprint() {
  "$PYTHON" - "$@" <<'PYTHON'
import hashlib, pathlib, sys

digest = hashlib.sha256(sys.version.encode())
for given in map(pathlib.Path, sys.argv[1:]):
    for path in sorted(p for p in ([given] if given.is_file() else given.rglob("*")) if p.is_file()):
        if "__pycache__" not in path.parts:
            digest.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
print(digest.hexdigest())
PYTHON
}

require_tools() {
  command -v git >/dev/null || fail 'git is missing: install it from https://git-scm.com/downloads'
  local node_version
  node_version="$(node --version 2>/dev/null)" ||
    fail 'Node.js is missing: install version 20 or newer from https://nodejs.org or with your package manager'
  [[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" == true ]] ||
    fail "Node.js is $node_version: version 20 or newer is needed, see https://nodejs.org"
  command -v npm >/dev/null || fail 'npm is missing: it comes with Node.js, see https://nodejs.org'

  local candidate
  for candidate in ${PYTHON:-} python3.11 python3 python; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      PYTHON="$(command -v "$candidate")"
      return
    fi
  done
  fail 'Python 3.11 with venv is missing (looked for python3.11, python3, python): install it from https://www.python.org,
       with your package manager (Debian, Ubuntu: python3.11 python3.11-venv; macOS: brew install python@3.11) or pyenv, or set PYTHON to it'
}

install_node_packages() {
  npm ci --no-audit --no-fund --loglevel=error
}

install_python_packages() {
  local quiet=(--quiet)
  if [[ -t 1 ]]; then quiet=(); fi
  # Each package is in the lock, so pip resolves nothing and takes nothing whose hash it does not know.
  rm -rf .venv && "$PYTHON" -m venv .venv &&
    "$VENV_PYTHON" -m pip install --disable-pip-version-check --no-deps --require-hashes ${quiet[@]+"${quiet[@]}"} -r requirements.txt
}

compile_library() {
  npx projen pre-compile && npx projen compile
}

# Node packages and the compiled library, and Python packages beside them; what is up to date is left alone.
setup() {
  local log="$CACHE/python-packages.log" python failed=false
  require_tools
  say "Setting up with Node.js $(node --version) and $("$PYTHON" --version)"
  mkdir -p "$CACHE"
  once .venv/.stamp "$(fingerprint requirements.txt)" 'Python packages (1-2 minutes)' install_python_packages >"$log" 2>&1 &
  python=$!
  # What runs in the background ignores Ctrl-C.
  trap 'kill "$python" 2>/dev/null; exit 130' INT TERM
  (set_up_library) || failed=true
  wait "$python" || failed=true
  trap - INT TERM
  cat "$log"
  ! $failed || fail 'the set-up failed: see above'
}

set_up_library() {
  once node_modules/.stamp "$(node --version) $(fingerprint package-lock.json)" 'Node packages (1-2 minutes)' install_node_packages
  [[ -f lib/index.js && -d assets/runtime ]] || rm -f "$CACHE/compiled"
  once "$CACHE/compiled" "$(fingerprint src runtime/customer_data runtime/jobs package-lock.json .projen/tasks.json tsconfig.json)" \
    'The library: bundling Lambdas, compiling (1 minute)' compile_library
}
