"""docs/errors.md is what docs/make-errors makes now."""
import re
import subprocess

from common import TOP


def test_errors_are_up_to_date():
    made = subprocess.run([TOP / "docs/make-errors"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert (TOP / "docs/errors.md").read_text() == made, "run docs/make-errors > docs/errors.md"


def test_every_code_is_listed_once():
    codes = re.findall(r'^ERR\(\w+, "(.*?)"', (TOP / "agent/base/err_codes.def").read_text(), re.M)
    listed = re.findall(r"^\| `(.*?)` \|", (TOP / "docs/errors.md").read_text(), re.M)
    assert codes == listed
    assert len(set(codes)) == len(codes)
