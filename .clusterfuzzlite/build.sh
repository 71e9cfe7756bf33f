#!/bin/bash -eu
# ClusterFuzzLite builds what OSS-Fuzz builds.
exec bash "$SRC/pickleproof/fuzz/oss-fuzz/build.sh"
