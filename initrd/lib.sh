# What the scripts of this folder share; sourced, not run.

run=/run/newroot

# One line to every console and to the log that ssh users read.
say()
{
	echo "newroot: $*" >>"$run/log"
	while read -r tty; do
		echo "newroot: $*" >"/dev/$tty"
	done <"$run/consoles"
}

# The value of a boot parameter, or nothing.
param()
{
	sed -n "s/^$1=//p" "$run/params"
}
