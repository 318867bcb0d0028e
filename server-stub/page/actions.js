/* What can be done: which actions a state allows, and what each will do, in words. */

import { me, post } from "./service.js";
import { $, el, notice, put, redo } from "./tools.js";
import { change, HELD_ITSELF, isHeld, learnGroups, STATES } from "./vms.js";

const AGAIN = {
	"waiting for archives": "The service looks for its archives again.",
	"needs creating": "A creator makes it again.",
	"needs provisioning": "A creator moves it to its network again.",
	provisioning: "A creator moves it to its network again; one that is still at it loses its claim.",
	"first boot": "Its first boot does again what failed, and it counts as complete once its agent says so.",
	complete: "It counts as complete again. If its cutover was ordered, that is done again.",
};

function whatRetryDoes(vm) {
	const from = vm.state === "provisioning" ? vm.state : vm.before;
	const text = [
		AGAIN[from] ?? "Its installation begins anew: its job is handed out once more, and its disks are erased again. " +
			"An agent that still runs begins by itself; else the VM has to boot from the network.",
	];
	if (vm.group && vm.state === "error")
		text.push(`The other VMs of ${vm.group} stay held until the step that failed is passed.`);
	return text;
}

export const VM_ACTIONS = {
	retry: {
		verb: "Retry",
		allowed: (vm) => ["error", "cancelled", "provisioning"].includes(vm.state),
		says: whatRetryDoes,
	},
	release: {
		verb: "Release",
		allowed: (vm) => vm.held === HELD_ITSELF || (vm.state === "error" && vm.group),
		says: (vm) =>
			vm.state === "error"
				? [`Its error no longer holds the other VMs of ${vm.group}: they go on without ${vm.name}, which stays in error.`]
				: ["It goes on from where it stopped, unless its group or another VM’s error holds it."],
	},
	hold: {
		verb: "Hold",
		allowed: (vm) => vm.held !== HELD_ITSELF && (vm.cutover || !["complete", "cut over", "cancelled", "error"].includes(vm.state)),
		says: () => ["Its agent stops at the next step boundary and waits there. Nothing is lost; release lets it go on."],
	},
	cutover: {
		verb: "Cut over",
		allowed: (vm) => vm.state === "complete" && !vm.cutover,
		says: (vm) => [
			`${vm.name} is told to put itself into service: its quarantine is lifted, services that were held back are started. A new master follows the old one no longer.`,
			"It says when it is cut over; retry, arm and cancel are refused then. The way back is newroot cutover --undo on the VM.",
			`What else has to be done, in order, and DNS: newroot-server runbook ${vm.group ?? "GROUP"}.`,
		],
	},
	mark: {
		verb: "Mark as cut over",
		allowed: (vm) => vm.state === "complete",
		says: (vm) => [`This only notes that ${vm.name} is in service, for a cutover that was done on the VM by hand. Retry, arm and cancel are refused then.`],
	},
	reopen: {
		verb: "Reopen",
		allowed: (vm) => vm.state === "cut over",
		says: (vm) => [`${vm.name} is not in service after all: it counts as complete, and is heard again. Nothing is done on the VM: newroot cutover --undo does that.`],
	},
	cancel: {
		verb: "Cancel",
		allowed: (vm) => !["cut over", "cancelled"].includes(vm.state),
		says: () => ["It is given up for now: its agent stops at the next step boundary, and it holds nobody. Retry takes it up again."],
	},
	arm: {
		verb: "Arm",
		danger: true,
		allowed: (vm) => !["waiting for archives", "cut over"].includes(vm.state),
		says: (vm) => [
			`The job is handed out once more: at its next boot from the network, all disks of ${vm.name} are erased and it is installed anew.`,
			"What was written to them since is lost.",
		],
	},
};

/* In a table only what is likely; the VM's own page has all. */
export function rowActions(vm) {
	if (vm.state === "error") return ["retry"];
	if (vm.held === HELD_ITSELF) return ["release"];
	return STATES[vm.state]?.runs && !isHeld(vm) ? ["hold"] : [];
}

const names = (list) => (list.length > 8 ? [...list.slice(0, 8), `${list.length - 8} more`] : list).join(", ");
const inState = (list, ...states) => list.filter((vm) => states.includes(vm.state)).map((vm) => vm.name);

const GROUP_ACTIONS = {
	retry: {
		verb: "Retry all errors",
		allowed: (list) => inState(list, "error").length,
		says: ({ list }) => [
			`Tried again: ${names(inState(list, "error"))}.`,
			"Those that failed while configuring begin anew, and their disks are erased again. The others stay held until the steps that failed are passed.",
		],
	},
	release: {
		verb: "Release",
		allowed: (list, held) => held || list.some((vm) => isHeld(vm) && vm.held !== HELD_ITSELF),
		says: ({ list }) => [
			"Its VMs go on from where they stopped; those held one by one stay held.",
			...(inState(list, "error").length ? [`Errors no longer hold the group: it goes on without ${names(inState(list, "error"))}.`] : []),
		],
	},
	hold: {
		verb: "Hold",
		allowed: (list, held) => !held && list.some((vm) => vm.cutover || (!STATES[vm.state]?.aside && STATES[vm.state]?.kind !== "done")),
		says: ({ list }) => [
			`All its VMs stop at their next step boundary and wait there. Running now: ${names(inState(list, "configuring", "first boot")) || "none"}.`,
			"Nothing is lost; release lets them go on.",
		],
	},
	cutover: {
		verb: "Cut over",
		allowed: (list) =>
			list.some((vm) => vm.state === "complete" && !vm.cutover) && inState(list, "complete", "cut over").length === list.length,
		says: ({ list, group }) => [
			`These are told to put themselves into service: ${names(inState(list, "complete"))}. NFS servers and masters go first; each waits for those it needs.`,
			"Each says when it is cut over; retry, arm and cancel are refused then. Hold stops those that have not begun.",
			`What else has to be done, in order, and DNS: newroot-server runbook ${group}.`,
		],
	},
};

export const groupActions = (list, held) => Object.keys(GROUP_ACTIONS).filter((name) => GROUP_ACTIONS[name].allowed(list, held));

/* `target`: a VM, or {group, list} with its VMs. Who may not act is offered nothing. */
export function showActions(box, target, actions) {
	const offered = me.acts ? actions : [];
	box.target = target;
	redo(box, offered.join(), () =>
		offered.map((name) => {
			const { verb, danger } = (target.list ? GROUP_ACTIONS : VM_ACTIONS)[name];
			const button = el("button", { type: "button", className: danger ? "danger" : "" }, verb);
			button.append(el("span", { className: "unseen" }, ` ${target.list ? `group ${target.group}` : target.name}`));
			button.onclick = () => act(name, box.target);
			return button;
		}));
}

async function act(name, target) {
	const { verb, danger, says } = (target.list ? GROUP_ACTIONS : VM_ACTIONS)[name];
	const who = target.list ? target.group : target.name;
	const path = `/v1/${target.list ? "groups" : "vms"}/${encodeURIComponent(who)}/${name}`;
	if (!(await confirmed(`${verb}: ${target.list ? "group " : ""}${who}`, says(target), verb, danger && who))) return;
	try {
		const answer = await post(path);
		if (answer.name) change(answer);
		else learnGroups();
		notice(`${who}: ${verb.toLowerCase()} was taken.`);
	} catch (error) {
		notice(`${who}: ${verb.toLowerCase()} was refused: ${error.message}`, "error");
	}
}

/* Asks, and says whether the answer was yes; `typed`: what has to be typed first. */
function confirmed(title, text, verb, typed) {
	const dialog = $("#confirm");
	const yes = $("#confirm-yes");
	put($("#confirm-title"), title);
	$("#confirm-text").replaceChildren(...text.map((line) => el("p", {}, line)));
	put(yes, verb);
	yes.className = typed ? "danger main" : "main";
	$("#confirm-typed").hidden = !typed;
	put($("#confirm-typed label"), typed ? `Type ${typed} to confirm:` : "");
	$("#typed").value = "";
	yes.disabled = Boolean(typed);
	$("#typed").oninput = () => (yes.disabled = $("#typed").value !== typed);
	$("#confirm-no").onclick = () => dialog.close("");
	dialog.returnValue = "";
	dialog.showModal();
	return new Promise((resolve) => (dialog.onclose = () => resolve(dialog.returnValue === "yes")));
}
