/* Where the reader is: #/, #/group/NAME, #/vm/NAME, and with ?state=…&q=… which VMs are shown there. */

export const toVm = (name) => `#/vm/${encodeURIComponent(name)}`;
export const toGroup = (name) => `#/group/${encodeURIComponent(name ?? "")}`;

export let place = { kind: "", name: "", state: "", q: "" };

function parse() {
	const [path, query] = location.hash.slice(1).split("?");
	const [, kind = "", name = ""] = path.split("/");
	const asked = new URLSearchParams(query);
	return { kind, name: decodeURIComponent(name), state: asked.get("state") ?? "", q: asked.get("q") ?? "" };
}

/* Read it from the address; what it was before. */
export function readPlace() {
	const before = place;
	try {
		place = parse();
	} catch {
		place = { kind: "", name: "", state: "", q: "" }; /* no name is written like that */
	}
	return before;
}

/* Another filter at the same place, in the address, so that it can be kept and sent to others. */
export function filterBy(part) {
	const query = new URLSearchParams();
	const next = { state: place.state, q: place.q, ...part };
	for (const key of ["state", "q"]) if (next[key]) query.set(key, next[key]);
	const path = place.kind === "group" ? toGroup(place.name) : "#/";
	history.replaceState(null, "", query.size ? `${path}?${query}` : path);
	dispatchEvent(new Event("hashchange"));
}
