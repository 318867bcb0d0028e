"""Code, schema and docs/job.md say the same about a job."""
import json
import re

import jsonschema
import pytest

from common import TOP

JOBS = TOP / "tests" / "jobs"
GOOD = sorted((JOBS / "good").glob("*.json"))
BAD = sorted((JOBS / "bad").glob("*/*.json"))

# Rules that no schema can say: arithmetic, what is unique among objects, and one value against another.
SEMANTIC_ONLY = """
disk-boot-among-others disk-sizes-crossed disk-twice
boot-too-small boot-timeout-too-long
volume-name-too-long-for-dm volume-name-twice volume-mount-twice volume-size-overflow volume-xfs-too-small
volume-percent-sum snapshot-name-taken snapshot-name-too-long-for-dm snapshot-percent-sum
volume-percent-leaves-no-rest volume-label-twice volume-label-of-boot
archive-to-twice url-bad-port
interface-name-twice interface-mac-twice
address-ipv6-bad address-of-network address-of-broadcast address-twice
gateway-outside gateway-of-the-other-family gateway-is-own-address gateway-is-own-lone-address gateways-of-one-family gateways-on-two-interfaces
route-to-a-host route-via-outside route-of-two-families
ssh-key-of-another-type
source-limit-too-long source-outside-the-quarantine
file-path-twice file-path-is-a-directory file-path-is-a-mount-point file-group-too-large
file-path-is-unpacked file-path-is-exported file-path-above-an-nfs-mount file-path-is-of-the-dumps file-path-is-of-the-system
export-path-twice mount-over-a-volume mount-over-a-file mount-to-twice mount-outside-the-quarantine
quarantine-allow-host-bits service-both-ways
tree-twice tree-within-a-tree tree-in-an-nfs-mount sync-limit-too-small sync-outside-the-quarantine ssh-key-with-passphrase
dump-database-twice dumps-below-an-nfs-mount master-outside-the-quarantine
""".split()


def is_json(path):
    try:
        json.loads(path.read_text())
    except ValueError:
        return False
    return path.stem != "duplicate-key"


def name(path):
    return path.stem


def test_schema_is_a_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_good_job(path, schema, newroot_check):
    jsonschema.Draft202012Validator(schema).validate(json.loads(path.read_text()))
    assert newroot_check(path) == (0, [])


@pytest.mark.parametrize("path", BAD, ids=name)
def test_bad_job_is_refused_by_code(path, newroot_check):
    status, errors = newroot_check(path)
    assert status == 3
    assert errors


@pytest.mark.parametrize("path", filter(is_json, BAD), ids=name)
def test_bad_job_is_refused_by_schema(path, schema):
    refused = not jsonschema.Draft202012Validator(schema).is_valid(json.loads(path.read_text()))
    assert refused == (path.stem not in SEMANTIC_ONLY)


def test_semantic_rules_have_files():
    assert set(SEMANTIC_ONLY) <= {path.stem for path in BAD}


def code_tables():
    """{"volume": {"name": (required, default), …}, …} as agent/job/tables*.c have it."""
    text = "".join(path.read_text() for path in sorted((TOP / "agent/job").glob("tables*.c")))
    tables = {}
    for table, rows in re.findall(r"struct field (\w+)_fields\[\] = \{\n(.*?)\n\};", text, re.S):
        tables[table] = {}
        for row in re.findall(r"\{\.key = .*?\},\n", rows + "\n", re.S):
            fallback = re.search(r'\.fallback = ("(?:\\.|[^"\\])*")', row)
            default = json.loads(json.loads(fallback[1])) if fallback else None
            tables[table][re.search(r'\.key = "(.*?)"', row)[1]] = (".required = true" in row, default)
    return tables


def schema_tables(schema):
    return {table: {key: (key in part.get("required", []), value.get("default"))
                    for key, value in part["properties"].items()}
            for table, part in schema["$defs"].items() if "properties" in part}


def test_code_and_schema_have_the_same_keys(schema):
    code = code_tables()
    assert "volume" in code and "name" in code["volume"]
    assert code == schema_tables(schema)


def test_every_key_is_described(schema):
    for table, part in schema["$defs"].items():
        for key, value in part.get("properties", {}).items():
            assert value.get("description"), f"{table}.{key}"


def test_manual_names_every_key_and_default(schema):
    manual = (TOP / "docs/job.md").read_text()
    for table, keys in schema_tables(schema).items():
        for key, (_, default) in keys.items():
            rows = [line for line in manual.splitlines() if line.startswith(f"| `{key}` |")]
            assert rows, f"{table}.{key} is not in docs/job.md"
            if default not in (None, {}):
                text = default if isinstance(default, str) and default else json.dumps(default)
                assert any(f"`{text}`" in row for row in rows), f"{table}.{key}: default {text}"


def test_examples_in_the_manual(schema, newroot_check, tmp_path):
    examples = re.findall(r"```json\n(.*?)```", (TOP / "docs/job.md").read_text(), re.S)
    whole = [text for text in examples if '"newroot"' in text]
    assert whole
    for number, text in enumerate(whole):
        path = tmp_path / f"{number}.json"
        path.write_text(text)
        assert newroot_check(path) == (0, [])
        jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    for text in examples:
        json.loads(text)


def example_texts():
    return re.findall(r"```json\n(.*?)```", (TOP / "docs/job.md").read_text(), re.S)


def test_parts_in_the_manual(schema):
    """An example without "newroot" is the value of a key."""
    kinds = [{"$defs": schema["$defs"], **kind} for kind in (*schema["$defs"].values(),
                                                            *schema["$defs"]["job"]["properties"].values())]
    for text in example_texts():
        part = json.loads(text)
        if "newroot" not in part:
            assert any(jsonschema.Draft202012Validator(kind).is_valid(part) for kind in kinds), text


def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def test_every_key_has_an_example(schema):
    shown = keys_of([json.loads(text) for text in example_texts()])
    sections = re.findall(r"^## (.*)$", (TOP / "docs/job.md").read_text(), re.M)
    for table, keys in schema_tables(schema).items():
        for key in keys:
            assert key in shown or key.capitalize() in sections or key.upper() in sections, f"{table}.{key}"
