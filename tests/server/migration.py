"""A group as `import` leaves it in the store, without a migration document: for what reads it from there."""
import json
import sqlite3
import time

from service import JOB

SHOP = {
    "db1": {"role": "db-master", "finals": "10.80.0.11", "job": {"services": {"disable": ["mysql", "cron"]}},
            "quarantine": True, "public": [{"names": ["db.shop.example"], "old": "192.0.2.9"}]},
    "db2": {"role": "db-replica", "master": "db1", "finals": "10.80.0.12", "job": {"after": ["db1"]}},
    "nfs1": {"role": "other", "finals": "10.80.0.13", "job": {"nfs": {"exports": [{"path": "/srv/media"}]}}},
    "web1": {"role": "app", "finals": "10.80.0.14 fd00:80::14",
             "job": {"nfs": {"mounts": [{"from": "10.80.0.13:/srv/media", "to": "/srv/media"}]}},
             "public": [{"names": ["www.shop.example", "shop.example"], "old": "192.0.2.7"},
                        {"names": ["www.shop.example"], "old": "2001:db8::7"}]},
}


def put(service, vms=SHOP, group="shop", state="complete", first=0x40):
    """Add the VMs, and set what only `import`, agents and creators can: also what they would not."""
    for number, (name, vm) in enumerate(vms.items()):
        job = {**JOB, **vm.get("job", {}), **({"quarantine": {"allow": ["10.80.0.0/24"]}} if vm.get("quarantine") else {})}
        service.add(name, f"52:54:00:00:00:{first + number:02x}", "--group", group, job=job)
        change(service, name, role=vm.get("role", ""), master=vm.get("master", ""), finals=vm.get("finals", ""), imported=1,
               state=vm.get("state", state), seen_ms=int(time.time() * 1000))
        change(service, name, "vm_text", spec=json.dumps({"public": vm.get("public", [])}))


def change(service, name, table="vm", **columns):
    """Write into the store as nobody else does."""
    store = sqlite3.connect(service.data / "newroot.db", timeout=60)
    with store:
        key = "id" if table == "vm" else "vm"
        store.execute(f"UPDATE {table} SET {', '.join(f'{column} = ?' for column in columns)} "
                      f"WHERE {key} = (SELECT id FROM vm WHERE name = ?)", (*columns.values(), name))
        store.execute("UPDATE vm SET version = (SELECT max(version) + 1 FROM vm) WHERE name = ?", (name,))
    store.close()
