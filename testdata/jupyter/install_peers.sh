#!/bin/sh
# Install the Go kernels that bench_kernel.py compares with, below a directory:
# programs into DIR/bin, kernelspecs into DIR/share/jupyter/kernels. A kernel
# that cannot be built is left out, with a message.
#
# usage: install_peers.sh DIR
set -eu
mkdir -p "$1/bin"
dir=$(cd "$1" && pwd)
export GOBIN="$dir/bin"

# install PACKAGE@VERSION: in a module of its own, so that versions
# are taken as given and nothing else is asked for.
install() {
	work=$(mktemp -d)
	(
		cd "$work"
		go mod init peer &&
			go get "$1" &&
			go install "${1%@*}"
	) >"$work/log" 2>&1 && rc=0 || rc=$?
	if [ "$rc" -ne 0 ]; then
		echo "install_peers: $1 cannot be installed:" >&2
		tail -n 2 "$work/log" >&2
	fi
	rm -rf "$work"
	return "$rc"
}

# spec NAME ARGV...: write a kernelspec.
spec() {
	name=$1
	shift
	mkdir -p "$dir/share/jupyter/kernels/$name"
	args=
	for arg in "$@"; do
		args="$args${args:+, }\"$arg\""
	done
	printf '{"argv": [%s], "display_name": "%s", "language": "go", "env": {"PATH": "%s:${PATH}"}}\n' \
		"$args" "$name" "$GOBIN" >"$dir/share/jupyter/kernels/$name/kernel.json"
}

if install github.com/janpfeifer/gonb@v0.11.4 &&
	install golang.org/x/tools/cmd/goimports@v0.30.0; then
	spec gonb "$GOBIN/gonb" --kernel "{connection_file}" --logtostderr
fi
if install github.com/gopherdata/gophernotes@v0.7.5; then
	spec gophernotes "$GOBIN/gophernotes" "{connection_file}"
fi
