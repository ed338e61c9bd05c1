#!/bin/sh
# The whole test suite: style, types, room contracts, doctests, tests. Called by `make test` with the folder of the tools.
set -eu
bin=${1:-.venv/bin}

# Browser tests need Chromium, a Debian package. Where it cannot be installed they are skipped, loudly.
if ! command -v chromium >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing chromium for the browser tests"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >/dev/null 2>&1 || true
fi
command -v chromium >/dev/null 2>&1 || echo "WARNING: no chromium on this machine; the browser tests are SKIPPED"

"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
"$bin/lint-imports"
# Files stay whole, and whatever looks at the site shares the one that was made (conftest.py); that takes longest and goes first.
exec "$bin/python" -m pytest -n 2 --dist loadfile --no-loadscope-reorder -rs
