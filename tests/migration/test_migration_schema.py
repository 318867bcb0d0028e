"""Code, docs/migration.schema.json and docs/migration.md say the same about a document."""
import json
import pathlib
import re

import jsonschema
import pytest

from common import TOP

HERE = pathlib.Path(__file__).parent
GOOD = sorted((HERE / "good").glob("*.json"))
BAD = sorted((HERE / "bad").glob("*.json"))
MANUAL = TOP / "docs/migration.md"

# Rules that no schema can say: arithmetic, one value against another, what packages add up to, and the rules of the jobs.
SEMANTIC_ONLY = """
macs-reversed macs-too-many pools-missing pool-too-small pool-taken-by-a-fixed-one
package-unknown package-uses-unknown package-uses-itself packages-in-a-circle
memory-decimal memory-too-small memory-too-large disks-smaller-than-volumes machine-nowhere-given
root-without-hash root-over-nfs-without-hash quarantine-not-a-network
vm-name-twice vm-name-no-host-name master-unknown master-is-an-app master-is-itself mac-twice address-twice
dump-database-twice replica-without-replication public-old-twice public-new-of-no-family
shared-name-twice shared-client-unknown shared-server-unknown shared-client-with-dhcp shared-name-of-a-volume
job-key-unknown job-without-volumes job-of-a-package job-archive-leads-out job-newroot-2
dump-not-there-without-hash snapshots-of-no-volume snapshots-rest sync-without-login source-without-password
final-address-twice final-addresses-too-many nfs-outside-the-quarantine after-a-stranger after-itself after-in-a-circle
""".split()


@pytest.fixture(scope="session")
def schema():
    return json.loads((TOP / "docs/migration.schema.json").read_text())


@pytest.fixture(scope="session")
def validator():
    """The job's schema, that lies beside it, taken into it."""
    job = (TOP / "docs/job.schema.json").read_text().replace("#/$defs/", "#/$defs/job_schema/")
    whole = json.loads((TOP / "docs/migration.schema.json").read_text().replace("job.schema.json#/$defs/", "#/$defs/job_schema/"))
    whole["$defs"]["job_schema"] = json.loads(job)["$defs"]
    return jsonschema.Draft202012Validator(whole)


def is_json(path):
    try:
        json.loads(path.read_text())
    except ValueError:
        return False
    return path.stem != "key-twice"


def stem(path):
    return path.stem


def test_schema_is_a_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", GOOD, ids=stem)
def test_good_document(path, validator, dry):
    validator.validate(json.loads(path.read_text()))
    dry.take(path, "--dry-run")


@pytest.mark.parametrize("path", BAD, ids=stem)
def test_bad_document_is_refused_by_code(path, dry):
    errors = dry.refuse(path, "--dry-run")
    expected = path.with_suffix(".expect").read_text().splitlines()
    assert len(errors) == len(expected)
    for error, line in zip(errors, expected):
        place, code, part = line.split(" | ")
        assert error.startswith(place if place != '""' else "") and part in error and error.endswith(f"[{code}]")


@pytest.mark.parametrize("path", filter(is_json, BAD), ids=stem)
def test_bad_document_is_refused_by_schema(path, validator):
    refused = not validator.is_valid(json.loads(path.read_text()))
    assert refused == (path.stem not in SEMANTIC_ONLY)


def test_semantic_rules_have_files():
    assert set(SEMANTIC_ONLY) <= {path.stem for path in BAD}


def rows_of(text):
    """{"name": (required, default), …} of a table's rows."""
    table = {}
    for row in re.findall(r"\{\.key = .*?\}(?=,)", text, re.S):
        fallback = re.search(r'\.fallback = ("(?:\\.|[^"\\])*")', row)
        default = json.loads(json.loads(fallback[1])) if fallback else None
        table[re.search(r'\.key = "(.*?)"', row)[1]] = (".required = true" in row, default)
    return table


def code_tables():
    text = (TOP / "server-stub/migration/tables.c").read_text()
    common = re.search(r"#define MACHINE_FIELDS\(type\).*?\n\n", text, re.S)[0]
    tables = {}
    for table, rows in re.findall(r"struct field (\w+)_fields\[\] = \{\n(.*?)\n\};", text, re.S):
        tables[table] = rows_of(re.sub(r"MACHINE_FIELDS\(\w+\)", lambda _: common, rows))
    return tables


def schema_tables(schema):
    return {table: {key: (key in part.get("required", []), value.get("default")) for key, value in part["properties"].items()}
            for table, part in schema["$defs"].items() if "properties" in part}


def test_code_and_schema_have_the_same_keys(schema):
    code = code_tables()
    assert "cpus" in code["package"] and "cpus" in code["vm"] and "name" in code["vm"]
    assert code == schema_tables(schema)


def test_every_key_is_described(schema):
    for table, part in schema["$defs"].items():
        for key, value in part.get("properties", {}).items():
            assert value.get("description") or value["$ref"].startswith("#/$defs/package/properties/"), f"{table}.{key}"


def test_manual_names_every_key_and_default(schema):
    manual = MANUAL.read_text()
    for table, keys in schema_tables(schema).items():
        for key, (_, default) in keys.items():
            rows = [line for line in manual.splitlines() if line.startswith(f"| `{key}` |")]
            assert rows, f"{table}.{key} is not in docs/migration.md"
            if default is not None:
                assert any(f"`{default}`" in row for row in rows), f"{table}.{key}: default {default}"


def test_examples_in_the_manual(validator, dry, tmp_path):
    examples = [text for text in re.findall(r"```json\n(.*?)```", MANUAL.read_text(), re.S) if '"newroot_migration"' in text]
    assert examples
    for text in examples:
        path = tmp_path / "example.json"
        path.write_text(text)
        validator.validate(json.loads(text))
        dry.take(path, "--dry-run")


def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def test_every_key_has_an_example(schema):
    shown = keys_of([json.loads(text) for text in re.findall(r"```json\n(.*?)```", MANUAL.read_text(), re.S)])
    for table, keys in schema_tables(schema).items():
        assert set(keys) <= shown, f"{table}: {sorted(set(keys) - shown)}"
