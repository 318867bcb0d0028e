/* What is known of VMs and groups, and how it is kept up to date. */

import { get, now, Stream } from "./service.js";
import { notice } from "./tools.js";

/* In the order of the course; `turn`: how much of the mark is filled; `kind`: its colour. */
export const STATES = {
	"waiting for archives": { kind: "idle", turn: 0 },
	"needs creating": { kind: "idle", turn: 0.1, next: "waits for a creator" },
	created: { kind: "idle", turn: 0.25, next: "waits for its boot from the network" },
	configuring: { kind: "busy", turn: 0.5, runs: true },
	"needs provisioning": { kind: "idle", turn: 0.65, next: "waits for a creator" },
	provisioning: { kind: "busy", turn: 0.75 },
	"first boot": { kind: "busy", turn: 0.9, runs: true },
	complete: { kind: "done", turn: 1 },
	"cut over": { kind: "done", turn: 1, sign: "✓" },
	error: { kind: "error", turn: 1, sign: "!", aside: true },
	cancelled: { kind: "idle", turn: 0, sign: "–", aside: true },
};

export const STEPS = ("contact fetch check plan wipe partition lvm format mount unpack kernel initrd configure verify " +
	"snapshot bootloader finish").split(" ");

const SILENT_S = 30;
export const HELD_ITSELF = "held by the operator"; /* not by its group, nor by an error */

export const vms = new Map(); /* by name, as GET /v1/vms/NAME tells them */
export const groups = new Map(); /* by name, as GET /v1/groups tells them */

/* One that is done or given up has nothing to stop at. */
export const isHeld = (vm) => vm.hold && (vm.cutover || !["complete", "cut over", "cancelled"].includes(vm.state));
export const silence = (vm) => (now() - Math.max(vm.seen_ms, vm.changed_ms)) / 1000;
export const isSilent = (vm) => (vm.state === "configuring" || vm.cutover) && silence(vm) > SILENT_S;
export const count = (list, test) => list.reduce((sum, vm) => sum + (test(vm) ? 1 : 0), 0);

let show; /* gets the names of VMs that have changed, or are gone */
let planned = null;
const changed = new Set();

/* All are there, for all that is known. */
export let synced = false;

/* Changes are shown together, a few times a second. A timer, not a frame: the title lives on in the background. */
function plan() {
	planned ??= setTimeout(() => {
		planned = null;
		const names = new Set(changed);
		changed.clear();
		show(names);
	}, 60);
}

export function change(vm) {
	const old = vms.get(vm.name);
	vms.set(vm.name, vm);
	changed.add(vm.name);
	plan();
	if (old && vm.state === "error" && old.state !== "error") notice(`${vm.name}: ${vm.error?.text ?? "error"}`, "error");
	if (vm.group && (!groups.has(vm.group) || (old && old.hold !== vm.hold))) learnGroups();
}

/* Show those VMs again that change because nothing happens. */
export function changeSilent() {
	for (const vm of vms.values()) if (isSilent(vm)) changed.add(vm.name);
	if (changed.size) plan();
}

/* The stream tells of VMs only: whether a group is held is asked for when it may have changed. That changes heads, no row. */
let learning = null;
export function learnGroups() {
	learning ??= setTimeout(async () => {
		learning = null;
		const answer = await get("/v1/groups").catch(() => null);
		answer?.groups.forEach((group) => groups.set(group.name, group));
		plan();
	}, 300);
}

function onStream(event, data) {
	if (event === "vm") change(data);
	if (event !== "gone") return;
	const there = new Set(data.vms);
	for (const name of vms.keys())
		if (!there.has(name)) {
			vms.delete(name);
			changed.add(name);
		}
	plan();
}

/* From now on, `shows` is called with names, and `link` with whether the connection stands. */
export function follow(shows, link) {
	show = shows;
	new Stream("/v1/stream", onStream, (live) => {
		synced ||= live;
		if (live) learnGroups();
		link(live);
	});
}
