/* Which VMs are shown, and the buttons that choose them. */

import { mark } from "./looks.js";
import { filterBy, place } from "./places.js";
import { $, el, put, redo } from "./tools.js";
import { count, isHeld, isSilent, STATES, synced, vms } from "./vms.js";

/* What asks for somebody comes first. */
const FILTERS = new Map([
	["error", null],
	["held", isHeld],
	["silent", isSilent],
	...Object.keys(STATES).map((state) => [state, (vm) => vm.state === state]),
]);

const isHere = (vm) => place.kind !== "group" || (vm.group ?? "") === place.name;

export function matches(vm) {
	if (!isHere(vm) || (place.state && !FILTERS.get(place.state)?.(vm))) return false;
	const text = [vm.name, vm.group, vm.role, vm.address, vm.mac, ...vm.finals].join(" ").toLowerCase();
	return place.q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function filterButton([state, number]) {
	const looks = STATES[state] ?? { kind: "held", sign: state === "held" ? "‖" : "?" };
	const button = el("button", { className: "chip", ariaPressed: String(place.state === state) });
	button.dataset.state = state;
	button.append(...(state ? [mark(looks)] : []), `${state || "all"} `, el("b", {}, String(number)));
	button.onclick = () => filterBy({ state: place.state === state ? "" : state });
	return button;
}

export function showFilters() {
	const here = [...vms.values()].filter(isHere);
	const found = here.some(matches);
	const counts = [...FILTERS]
		.map(([state, test]) => [state, count(here, test)])
		.filter(([state, number]) => number || state === place.state);
	const focused = document.activeElement.closest("#states button")?.dataset.state;
	redo($("#states"), JSON.stringify([counts, here.length, place.state]), () => [["", here.length], ...counts].map(filterButton));
	if (focused !== undefined) $(`#states [data-state="${focused}"]`)?.focus();
	$("#nothing").hidden = found || !synced;
	put($("#nothing"), vms.size ? "No VM is like that." : "There is no VM yet: newroot-server import FILE brings a group of them.");
}
