#!/bin/sh
# Im Container ist 127.0.0.1 von außen nicht zu erreichen; gelauscht wird auf dessen eigener Adresse.
set -eu
own=$(hostname -i | cut -d' ' -f1)
exec ratsassistent starten --kein-browser --lauschen "$own" "$@"
