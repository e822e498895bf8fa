#!/usr/bin/env bash
# Builds what is published and uses it as users do: an app with the npm package, or with the wheel, and nothing else
# synthesizes without Docker, without esbuild and without a look-up.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
setup

# The steps of `projen build` but for its tests, which have run. With CI set, projen leaves the packages to a later job.
for step in pre-compile compile post-compile package; do
  env -u CI npx projen "$step"
done

apps="$(mktemp -d)"
trap 'rm -rf "$apps"' EXIT
cp script/lib/consumers/* "$apps"
version() { node -p "require('./node_modules/$1/package.json').version"; }
peers=("aws-cdk-lib@$(version aws-cdk-lib)" "constructs@$(version constructs)")

# Only Node is on the path when an app runs: a bundler or Docker would not be found.
mkdir "$apps/bin"
ln -s "$(command -v node)" "$apps/bin/node"
cd "$apps"

say 'An app with the npm package'
printf '{"private": true}\n' >package.json
npm install --no-audit --no-fund --loglevel=error "$ROOT"/dist/js/*.tgz "${peers[@]}"
[[ ! -e node_modules/esbuild ]] || fail 'the package brings esbuild along'
PATH="$apps/bin" node app.js

say 'An app with the wheel'
"$PYTHON" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check "$ROOT"/dist/python/*.whl
PATH="$apps/bin" venv/bin/python app.py
