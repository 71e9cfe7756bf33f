#!/usr/bin/env bash
# Builds a C extension that implements pickle with the fuzzer's instrumentation, so that its branches
# count as coverage: zodbpickle, from its pinned source on PyPI.
#
#   fuzz/instrumented/build.sh [FOLDER [PRESET]]
#
# FOLDER is build/instrumented by default. PRESET is fuzz-fast (branches only, the default) or fuzz
# (AddressSanitizer too), and must be that of the targets. Prints what PICKLEPROOF_PICKLE_EXTENSION
# shall be. Exit status 77, with the reason as the last line, where that can't be done here.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
preset=${2:-fuzz-fast}
folder=$(realpath -m "${1:-$here/../../build/instrumented}")/$preset
python=${PICKLEPROOF_PYTHON:-python3}
compiler=${CC:-clang-19}

unavailable() { echo "unavailable: $*"; exit 77; }
case $preset in
  fuzz-fast) flags="-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp,stack-depth" ;;
  fuzz) flags="-fsanitize=fuzzer-no-link,address" ;;
  *) echo "PRESET is fuzz or fuzz-fast, not $preset" >&2; exit 2 ;;
esac
command -v "$compiler" >/dev/null || unavailable "there is no $compiler"
"$python" -m pip --version >/dev/null 2>&1 || unavailable "$python has no pip"

mkdir -p "$folder"
if ! cmp -s "$here/requirements.txt" "$folder/requirements.txt"; then
  CC=$compiler CFLAGS="-O1 -g1 $flags" LDSHARED="$compiler -shared" \
    "$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --upgrade \
    --require-hashes --no-binary zodbpickle --target "$folder" -r "$here/requirements.txt" \
    >"$folder/build.log" 2>&1 || { tail -n 3 "$folder/build.log" >&2; unavailable "pip could not build it; $folder/build.log"; }
  cp "$here/requirements.txt" "$folder/requirements.txt"
fi
echo "$folder:zodbpickle._pickle"
