#!/usr/bin/env bash
# setup.sh [--oldest] FOLDER INTERPRETER...: a virtual environment per interpreter, FOLDER/VERSION, with
# cloudpickle and dill as pinned in requirements.txt, or in requirements-oldest.txt. Silent where it
# stands already. An environment that can't be made leaves its reason in FOLDER/VERSION.failed, and is
# tried again when that file is removed or a day old: a machine without network must not wait for pip
# in each run. Several may be started at a time (tests are): one makes an environment, the others wait.
set -uo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
requirements=$here/requirements.txt
if [ "$1" = --oldest ]; then
  requirements=$here/requirements-oldest.txt
  shift
fi
folder=$1
shift
mkdir -p "$folder"

make_environment() {
  local interpreter=$1 environment=$2
  rm -rf "$environment"
  "$interpreter" -m venv "$environment" &&
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
      --require-hashes --only-binary :all: -r "$requirements" &&
    cp "$requirements" "$environment/requirements.txt"
}

for interpreter in "$@"; do
  version=$("$interpreter" -c 'import platform; print(platform.python_version())') || continue
  environment=$folder/$version
  cmp -s "$requirements" "$environment/requirements.txt" && continue
  exec 9>"$folder/$version.lock"
  flock 9 || continue
  cmp -s "$requirements" "$environment/requirements.txt" && continue
  [ -n "$(find "$folder/$version.failed" -mmin -1440 2>/dev/null)" ] && continue
  echo "making a Python $version environment with cloudpickle and dill" >&2
  if ! make_environment "$interpreter" "$environment" >"$folder/$version.log" 2>&1; then
    rm -rf "$environment"
    tail -n 1 "$folder/$version.log" >"$folder/$version.failed"
    continue
  fi
  rm -f "$folder/$version.failed"
done
exit 0
