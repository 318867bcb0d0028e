#!/usr/bin/python3
"""`make qemu-shell`: a laboratory that stays up, with one VM and a shell in it. All ends with the shell."""
import os
import shutil
import subprocess
import sys

from jobs import Inputs, document, shop_vm
from lab import SERVER, Lab
from process import LabError
from vm import BUILD

WORK = BUILD / "shell"
FINAL = 11
HELP = """\
web1 is imported; a creator makes it, it is installed, moved, and boots from its disk. In this shell:
  server COMMAND…     newroot-server with this laboratory's data folder: server show web1, server retry web1
  vm [COMMAND]        ssh to web1 in configuration mode; `final` likewise once it has moved
  serial              its serial line, as it goes on (Ctrl-C ends that)
  reset               switch it off and on: it boots from the network, once moved from its disk
For rescue mode: server boot web1 --mode rescue; reset
The page: {page}/ from outside, the token: {data}/operator.token
"""
FUNCTIONS = """\
cd {folder}
PS1='laboratory$ '
server() {{ local command=$1; shift; {server} "$command" --data {data} "$@"; }}
shell() {{ ssh -i {key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@$@"; }}
vm() {{ shell {address} "$@"; }}
final() {{ shell 10.80.0.{final} "$@"; }}
serial() {{ tail -n +1 -f "$(ls -t qemu/web1/serial-*.log | head -n 1)"; }}
reset() {{ kill -KILL "$(cat qemu/web1/pid)"; }}
"""


def open_shell(lab):
    lab.open()
    inputs = Inputs()
    lab.import_document(document(lab, inputs, [shop_vm("web1", FINAL, "app")]))
    functions = lab.folder / "functions"
    functions.write_text(FUNCTIONS.format(folder=lab.folder, server=SERVER, data=lab.service.data, key=lab.service.key,
                                          address=lab.service.list()[0]["address"], final=FINAL))
    print(HELP.format(page=lab.page(), data=os.path.relpath(lab.service.data)))
    lab.creator()
    subprocess.run(lab.segment.inside("bash", "--noprofile", "--rcfile", str(functions), "-i"), check=False)


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    try:
        with Lab(WORK) as lab:
            open_shell(lab)
    except LabError as error:
        print(f"qemu-shell: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
