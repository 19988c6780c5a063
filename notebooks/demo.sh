#!/usr/bin/env bash
# Runs the quickstart twice with a cache directory that is empty at first, and
# prints both times, from the start of the process to its end.
#
# usage: demo.sh GOMEMO
set -euo pipefail
export LC_ALL=C # a decimal point in EPOCHREALTIME

gomemo=$1
notebook=$(dirname "$0")/quickstart.ipynb
cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT

run() {
	echo "── $1: gomemo run notebooks/quickstart.ipynb"
	local begun=$EPOCHREALTIME
	"$gomemo" run -cache "$cache" "$notebook"
	seconds=$(awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }')
}

run "first run"
first=$seconds
run "second run"
second=$seconds

awk -v a="$first" -v b="$second" 'BEGIN {
	printf "──\nfirst run %8.2f s   second run %8.2f s   %.0f times faster\n", a, b, a / b
}'
