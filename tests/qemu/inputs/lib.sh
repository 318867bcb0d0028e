# Shared by the scripts that make the input archives: the cache, and a work folder that goes away.
# Each script prints the path of what it made, or found made, on stdout; all else goes to stderr.

export LC_ALL=C.UTF-8
umask 022
here=$(cd "$(dirname "$0")" && pwd)
cache=${NEWROOT_CACHE:-$HOME/.cache/newroot}/inputs

# A fixed date for everything that would otherwise carry the time of the build: 2024-01-01.
export SOURCE_DATE_EPOCH=1704067200

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

need()
{
	for tool in "$@"; do
		command -v "$tool" >/dev/null || die "needs $tool; deps/install-packages installs it"
	done
}

# What apt would install of these packages now: name and version, a line each.
candidates()
{
	apt-cache show --no-all-versions "$@" | sed -n 's/^\(Package\|Version\): //p' | paste - -
}

# product NAME SUFFIX TEXT: sets $product, the cached file for this script and the text (versions of
# what goes in). The script ends here when it is there already; otherwise $work is a folder for making it.
product()
{
	key=$( (cat "$here/lib.sh" "$0"; echo "$3") | sha256sum | cut -c 1-16)
	product=$cache/$1-$key$2
	mkdir -p "$cache"
	exec 9>"$cache/$1.lock"
	flock 9 # a second maker waits, and finds the product
	if [ -e "$product" ]; then
		echo "$product"
		exit 0
	fi
	work=$(mktemp -d "$cache/work.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' INT TERM HUP
}

# Put the finished file in its place; a half-made one is never there.
keep()
{
	mv "$1" "$product"
	echo "$product"
}
