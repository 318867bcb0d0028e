"""newroot(8) is sound mdoc and knows what the program knows."""
import re
import subprocess

from common import TOP

PAGE = TOP / "docs" / "newroot.8"


def test_formatter_has_no_complaint():
    done = subprocess.run(["groff", "-mdoc", "-Tutf8", "-ww", PAGE], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=True)
    assert done.stderr == ""
    assert "EXIT STATUS" in re.sub(".\b", "", done.stdout)


def test_every_command_is_described():
    commands = re.findall(r'^\t\{"([a-z-]+)", cmd_', (TOP / "agent/main.c").read_text(), re.M)
    assert "run" in commands
    for command in commands:
        assert re.search(rf"^\.It Cm {command}$", PAGE.read_text(), re.M), command


def test_every_option_is_described():
    page = PAGE.read_text()
    for source in sorted((TOP / "agent").glob("*.c")):
        for option in set(re.findall(r'\{"([a-z-]+)", (?:no_argument|required_argument|OPTION_)', source.read_text())) - {"help"}:
            assert re.search(rf"\bFl -{option}\b", page), f"{source.name}: --{option}"


def usages():
    """{"cutover": {"dry-run", …}, …}, as each command's own help has them."""
    commands = {}
    for source in sorted((TOP / "agent").glob("*.c")):
        text = re.sub(r'"\s*\n\s*"', "", source.read_text())
        for literal in re.findall(r'"(usage: newroot .*?)"', text):
            for line in literal.split("\\n"):
                found = re.match(r"(?:usage:|      ) newroot ([a-z-]+)", line)
                command = found[1] if found else command
                if found or line.startswith("     "):
                    commands.setdefault(command, set()).update(re.findall(r"--([a-z-]+)", line))
                else:
                    break
    return commands


def test_synopsis_has_what_each_command_takes():
    synopsis = re.search(r"^\.Sh SYNOPSIS\n(.*?)^\.Sh", PAGE.read_text(), re.M | re.S)[1]
    known = usages()
    assert known["cutover"] and known["report-death"]
    for command, options in known.items():
        parts = [part for part in synopsis.split(".Nm\n") if part.startswith(f".Cm {command}")]
        assert set(re.findall(r"Fl -([a-z-]+)", " ".join(parts))) == options, command


def test_steps_are_named_in_order():
    source = next(text for text in (path.read_text() for path in sorted((TOP / "agent").glob("**/*.c")))
                  if "const struct step *const steps[]" in text)
    table = source[source.index("const struct step *const steps[]"):]
    steps = re.findall(r"&step_(\w+)", table[:table.index("}")])
    assert len(steps) > 10
    assert ", ".join(steps) in " ".join(PAGE.read_text().split())
