"""Words are spelt right, in documents and in comments; documents are in British English."""
import pathlib

import codespell_lib

from house import complaints, need, tracked

DOCUMENTS = ["*.md", "docs/*"]
# Not the other tests' files: they have misspelt names in them on purpose.
COMMENTS = ["agent", "server-stub", "initrd", "deps", "kernel-config", "Makefile", "tests/*.py", "tests/*.mk"]
ACCEPTED = {
    "alle": "a file's name that is no ASCII",
    "msdos": "a partition table, as every partitioner spells it",
    "nd": "a macro of man pages",
    "noe": "the parities of a serial line: none, odd, even",
    "unx": "the suffix of isa-l's makefile",
}
# What Americans spell otherwise, but is a name here.
ACCEPTED_AMERICAN = {
    "authorization": "HTTP's header",
    "license": "the file LICENSE",
}


def test_spelling():
    said = misspelt(tracked(*DOCUMENTS, *COMMENTS), ACCEPTED)
    assert not said, said


def test_documents_are_british(tmp_path):
    words = tmp_path / "american"
    words.write_text("".join(american()))
    said = misspelt(tracked(*DOCUMENTS), ACCEPTED_AMERICAN, "--dictionary", words)
    assert not said, said


def misspelt(paths, accepted, *options):
    return complaints([need("codespell"), *options, "--ignore-words-list", ",".join(accepted), *paths])


def american():
    """codespell's dictionary from British to American, turned round."""
    data = pathlib.Path(codespell_lib.__file__).parent / "data"
    for line in (data / "dictionary_en-GB_to_en-US.txt").read_text().splitlines():
        british, _, words = line.partition("->")
        yield from (f"{word.strip()}->{british}\n" for word in words.split(",") if word.strip())
