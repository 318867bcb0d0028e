/* The groups, and their VMs in tables. */

import { groupActions, rowActions, showActions } from "./actions.js";
import { matches } from "./filters.js";
import { mark, remark, remarksOf, stateMark, StepCell } from "./looks.js";
import { place, toGroup, toVm } from "./places.js";
import { $, byName, classify, el, plural, put, redo, stamp } from "./tools.js";
import { count, groups, isHeld, STATES, vms } from "./vms.js";

class Row {
	constructor(vm) {
		Object.assign(this, stamp("row"), { vmName: vm.name });
		put(this.name, vm.name);
		this.name.href = toVm(vm.name);
		this.stepCell = new StepCell(this.step);
	}

	update(vm) {
		const remarks = remarksOf(vm);
		this.root.hidden = !matches(vm);
		classify(this.root, vm.state === "error" ? "error" : isHeld(vm) ? "held" : "");
		put(this.role, [vm.role, vm.master && `of ${vm.master}`].filter(Boolean).join(" "));
		redo(this.state, vm.state, () => stateMark(vm.state));
		this.stepCell.update(vm);
		redo(this.remarks, JSON.stringify(remarks), () => remarks.map(remark));
		showActions(this.actions, vm, rowActions(vm));
	}
}

const views = new Map(); /* name → Group; "": VMs without one */

function groupView(name) {
	if (!views.has(name)) {
		views.set(name, new Group(name));
		const sorted = [...views.values()].sort((a, b) => !a.name - !b.name || byName(a.name, b.name));
		$("#groups").append(...sorted.map((view) => view.root));
	}
	return views.get(name);
}

class Group {
	constructor(name) {
		const parts = stamp("group");
		Object.assign(this, { name, members: new Map(), rows: new Map(), parts, root: parts.root, open: false });
		put(parts.name, name || "No group");
		if (name) parts.name.href = toGroup(name);
		parts.fold.ariaLabel = `VMs of ${name || "no group"}`;
		parts.fold.onclick = () => {
			this.folded = this.shown;
			this.update(new Set());
		};
	}

	remove(vmName) {
		this.members.delete(vmName);
		this.rows.get(vmName)?.root.remove();
		this.rows.delete(vmName);
	}

	/* Few VMs are shown at once; among many, only the groups where something happens, until the reader says so. */
	get shown() {
		if (place.kind === "group" || place.state || place.q) return true;
		this.open ||= vms.size <= 100 || [...this.members.values()].some((vm) => vm.state === "error" || STATES[vm.state]?.runs);
		return !(this.folded ?? !this.open);
	}

	update(names) {
		const list = [...this.members.values()];
		const found = count(list, matches);
		this.root.hidden = !found || (place.kind === "group" && place.name !== this.name);
		const shown = this.shown && !this.root.hidden;
		this.parts.table.hidden = !shown;
		this.parts.fold.ariaExpanded = String(shown);
		this.showHead(list);
		if (!shown) return this.dropRows();
		for (const vm of list) if (names.has(vm.name) || !this.rows.has(vm.name)) this.row(vm).update(vm);
		if (this.unsorted) this.sort();
	}

	dropRows() {
		this.rows.forEach((row) => row.root.remove());
		this.rows.clear();
	}

	row(vm) {
		if (!this.rows.has(vm.name)) {
			this.rows.set(vm.name, new Row(vm));
			this.unsorted = true;
		}
		return this.rows.get(vm.name);
	}

	sort() {
		this.unsorted = false;
		const sorted = [...this.rows.values()].sort((a, b) => byName(a.vmName, b.vmName));
		this.parts.rows.append(...sorted.map((row) => row.root));
	}

	showHead(list) {
		const held = groups.get(this.name)?.hold;
		const counts = Object.keys(STATES)
			.map((state) => [state, count(list, (vm) => vm.state === state)])
			.filter(([, number]) => number);
		this.parts.held.hidden = !held;
		if (held) redo(this.parts.held, "held", () => remark({ kind: "held", word: "held", text: "by the operator" }).childNodes);
		redo(this.parts.counts, JSON.stringify(counts), () => [
			el("span", { className: "soft" }, plural(list.length, "VM")),
			...counts.map(([state, number]) => el("span", { className: "count" }, mark(STATES[state]), `${number} ${state}`)),
		]);
		redo(this.parts.share, JSON.stringify(counts), () =>
			counts.map(([state, number]) => {
				const part = el("i", { className: STATES[state].kind });
				part.style.flexGrow = number;
				return part;
			}));
		if (this.name) showActions(this.parts.actions, { group: this.name, list, hold: held }, groupActions(list, held));
	}
}

/* Show anew what has changed: VMs by name, some of them gone. */
export function showTable(names) {
	for (const name of names) {
		const vm = vms.get(name);
		for (const view of views.values()) if (!vm || view.name !== (vm.group ?? "")) view.remove(name);
		if (vm) groupView(vm.group ?? "").members.set(name, vm);
	}
	for (const view of views.values()) view.update(names);
}
