import json
import pathlib

import pytest

from service import Service, programs


class Importer(Service):
    """A service that migration documents are imported into."""

    def document(self, document):
        """A file of it: of a path as it is, of an object as JSON."""
        if isinstance(document, pathlib.Path):
            return document
        file = self.data.parent / "document.json"
        file.write_text(json.dumps(document))
        return file

    def take(self, document, *argv):
        """Import it; what was printed."""
        return self.cli("import", self.document(document), *argv)

    def refuse(self, document, *argv):
        """Import what must be refused; the lines of errors, without the two that close them."""
        done = self.run("import", "--data", self.data, self.document(document), *argv)
        assert done.returncode == 1 and done.stdout == "", done
        lines = done.stderr.splitlines()
        assert "error" in lines[-2] and "Nothing was changed" in lines[-1], done.stderr
        return lines[:-2]

    def fates(self, document, *argv):
        """{"db1": "add", …} of an import."""
        rows = [line.split() for line in self.take(document, *argv).splitlines()[1:]]
        return {row[1]: row[0] for row in rows if row[0] in ("add", "change", "later", "same", "remove", "keep")}

    def vms(self):
        return {vm["name"]: vm for vm in json.loads(self.cli("list", "--json"))}

    def job(self, name):
        return json.loads(self.cli("job", name))


@pytest.fixture(params=programs(), ids=lambda program: pathlib.Path(program).parent.name)
def importer(request, tmp_path):
    importer = Importer(request.param, tmp_path)
    importer.init("--url", "https://10.77.0.1:8443")
    yield importer
    importer.close()
    log = importer.log() if (tmp_path / "log").exists() else ""
    assert "Sanitizer" not in log and "runtime error" not in log, log


@pytest.fixture(scope="session")
def dry(tmp_path_factory):
    """A service that nothing is imported into: `--dry-run` tells what would be refused."""
    importer = Importer(programs()[0], tmp_path_factory.mktemp("dry"))
    importer.init("--url", "https://10.77.0.1:8443")
    return importer
