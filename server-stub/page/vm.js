/* A VM's own page. */

import { showActions, VM_ACTIONS } from "./actions.js";
import { Log } from "./log.js";
import { remark, remarksOf, stateMark, StepCell } from "./looks.js";
import { toGroup } from "./places.js";
import { get, now } from "./service.js";
import { showTimeline } from "./timeline.js";
import { $, date, duration, el, plural, put, redo, size, stamp, when } from "./tools.js";
import { change, STATES, vms } from "./vms.js";

function showList(node, items, none, make) {
	redo(node, JSON.stringify(items), () =>
		items.length ? items.map((item) => el("li", {}, ...make(item))) : [el("li", { className: "soft" }, none)]);
}

export class VmPage {
	constructor(name) {
		Object.assign(this, { name, path: `/v1/vms/${encodeURIComponent(name)}`, parts: stamp("vm"), detail: null });
		put(this.parts.name, name);
		$("#vm").replaceChildren(this.parts.root);
		this.stepCell = new StepCell(this.parts.step);
		this.log = new Log(this.parts, `${this.path}/log`);
		this.update();
	}

	close() {
		this.log.close();
		clearTimeout(this.asking);
	}

	get vm() {
		return vms.get(this.name);
	}

	update() {
		const { vm, parts } = this;
		this.learn();
		if (!vm) return;
		const remarks = remarksOf(vm);
		put(parts.group, vm.group ?? "No group");
		parts.group.href = toGroup(vm.group);
		redo(parts.state, vm.state, () => stateMark(vm.state));
		put(parts.since, `since ${date(vm.changed_ms)}`);
		redo(parts.course, vm.state + vm.before, () => this.course(vm));
		this.stepCell.update(vm);
		redo(parts.remarks, JSON.stringify(remarks), () => remarks.map(remark));
		showActions(parts.actions, vm, Object.keys(VM_ACTIONS).filter((name) => VM_ACTIONS[name].allowed(vm)));
		this.showFacts();
	}

	/* What the stream doesn't carry is asked for again when the VM has got further. */
	learn() {
		const { state, step, armed, hold, cutover } = this.vm ?? {};
		const key = [state, step, armed, hold, cutover?.ordered_ms].join();
		if (key === this.learnt) return;
		this.learnt = key;
		clearTimeout(this.asking);
		this.asking = setTimeout(async () => {
			try {
				this.detail = await get(this.path);
				this.showDetail();
			} catch (error) {
				this.learnt = null;
				if (!this.vm) this.parts.remarks.replaceChildren(remark({ kind: "error", word: "", text: error.message }));
			}
		}, this.detail ? 400 : 0);
	}

	tick() {
		if (this.detail?.timeline.some((row) => !row.ended)) this.showTimeline();
		if (this.vm) this.showFacts();
	}

	course(vm) {
		const states = Object.keys(STATES).filter((state) => !STATES[state].aside);
		const at = states.indexOf(STATES[vm.state]?.aside ? vm.before : vm.state);
		return states.map((state, i) => {
			const item = el("li", { className: i < at ? "passed" : i === at ? STATES[vm.state].kind : "ahead" }, state);
			if (i === at) item.ariaCurrent = "step";
			return item;
		});
	}

	showFacts() {
		const { vm } = this;
		const spec = this.detail?.spec ?? {};
		const amount = (value) => (typeof value === "number" ? size(value) : value);
		const facts = [
			["Role", [vm.role, vm.master && `of ${vm.master}`].filter(Boolean).join(" ")],
			["CPUs, memory", [spec.cpus && plural(spec.cpus, "CPU"), amount(spec.memory)].filter(Boolean).join(", ")],
			["Disks", spec.disks?.map(amount).join(", ")],
			["MAC", vm.mac],
			["Address", vm.address && `${vm.address} in configuration mode`],
			["Final addresses", vm.finals.join(", ")],
			["Network", [spec.network, spec.data_center].filter(Boolean).join(" in ")],
			...(spec.public ?? []).map((entry) => ["Public", `${entry.names.join(", ")}: ${entry.old ?? "–"} → ${entry.new ?? "–"}`]),
			["Boot entry", `${vm.mode}, ${vm.token ? "with" : "without"} a token`],
			["Job", vm.armed ? "waits to be handed out" : "was handed out"],
			["Last event", vm.seen_ms ? `${duration((now() - vm.seen_ms) / 1000)} ago` : "none yet"],
			["Added", `${date(vm.added_ms)}${vm.imported ? ", by a migration document" : ""}`],
		].filter(([, value]) => value);
		redo(this.parts.facts, JSON.stringify(facts), () => facts.flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, value)]));
	}

	showDetail() {
		const { history: changes, boots, refused } = this.detail;
		if (!this.vm) change(this.detail);
		showList(this.parts.history, changes, "Nothing yet.", (row) => [
			when(row.at_ms), " ",
			el("b", {}, row.from === row.to ? row.to : `${row.from} → ${row.to}`), " ",
			el("span", { className: "soft text" }, row.cause),
		]);
		showList(this.parts.boots, boots, "Its agent hasn’t reported yet.", (boot) => [
			when(boot.first_ms), " ",
			el("code", {}, boot.boot.slice(0, 8)), " ",
			plural(boot.stored, "event"),
			...(boot.taken > boot.stored ? [el("span", { className: "error" }, `, ${boot.taken - boot.stored} missing`)] : []),
		]);
		showList(this.parts.refused, refused, "None.", (row) => [
			when(row.last_ms), " ",
			el("b", {}, row.reason), " ",
			el("span", { className: "soft text" }, `from ${row.address}, ${plural(row.count, "time")}`),
		]);
		this.showTimeline();
		if (this.vm) this.showFacts();
	}

	showTimeline() {
		showTimeline(this.parts.timeline, this.detail.timeline, STATES[this.vm?.state]?.runs);
	}
}
