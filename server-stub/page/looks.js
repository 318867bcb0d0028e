/* How a VM looks, in a table and on its own page: its state, its step, what there is to know. */

import { clock, duration, el, mib, put, size, stamp } from "./tools.js";
import { isHeld, isSilent, silence, STATES, STEPS } from "./vms.js";

export function mark({ kind, turn, sign }) {
	const dot = el("span", { className: `dot ${kind}` });
	if (sign) dot.dataset.sign = sign;
	else dot.style.setProperty("--turn", turn);
	return dot;
}

export const stateMark = (state) => [mark(STATES[state] ?? STATES.cancelled), el("span", { className: STATES[state]?.kind ?? "" }, state)];

function orderedText({ state, cutover }) {
	if (cutover.after) return `ordered, goes after ${cutover.after}`;
	return state === "complete" ? "ordered, waits for the VM" : "ordered, for when it is complete again";
}

/* What there is to know beside state and step: kind, word, text, help. */
export function remarksOf(vm) {
	const list = [];
	if (vm.error) {
		const [, code, text] = /^([^:]*): ?(.*)$/s.exec(vm.error.text) ?? [, "error", vm.error.text];
		list.push({ kind: "error", word: code, text, help: vm.error.help });
	}
	if (isHeld(vm)) list.push({ kind: "held", word: "held", text: vm.held });
	if (vm.cutover) list.push({ kind: "idle", word: "cutover", text: orderedText(vm) });
	if (vm.claims_cutover) list.push({ kind: "held", word: "cutover", text: "done, says the VM, but not ordered: mark takes its word" });
	if (vm.waiting) list.push({ kind: "idle", word: "waits", text: vm.waiting });
	if (isSilent(vm)) list.push({ kind: "held", word: "silent", text: `no event for ${duration(silence(vm))}` });
	if (vm.lease) list.push({ kind: "idle", text: `${vm.lease.by} is at it until ${clock(vm.lease.until_ms)}` });
	else if (!list.length && STATES[vm.state]?.next) list.push({ kind: "idle", text: STATES[vm.state].next });
	return list;
}

export function remark({ kind, word, text, help }) {
	const signs = { error: "✕", held: word === "silent" ? "?" : "‖" };
	const line = el("span", { className: "line" });
	if (signs[kind]) line.append(el("span", { className: "sign", ariaHidden: "true" }, signs[kind]), " ");
	if (word) line.append(el("b", {}, word), ": ");
	line.append(el("span", { className: "text" }, text ?? ""));
	return el("p", { className: `remark ${kind}` }, line, ...(help ? [el("span", { className: "help" }, help)] : []));
}

export const howFar = ({ done = 0, total, rate }) =>
	[total ? `${size(done)} of ${size(total)}` : size(done), rate && `${mib(rate)} MiB/s`].filter(Boolean).join(" · ");

/* A step, its number, and how far it is with what it reads or writes. */
export class StepCell {
	constructor(box) {
		Object.assign(this, stamp("step"), { box });
		box.append(this.root);
	}

	update(vm) {
		const progress = STATES[vm.state]?.runs ? vm.progress : null;
		const place = STEPS.indexOf(vm.step) + 1;
		const told = vm.step && (STATES[vm.state]?.runs || STATES[vm.state]?.aside);
		this.root.hidden = !told;
		if (!told) return;
		put(this.step, vm.step);
		put(this.number, place ? `${place} of ${STEPS.length}` : "");
		this.bar.hidden = !progress?.total;
		if (progress?.total) {
			this.bar.max = progress.total;
			this.bar.value = Math.min(progress.done, progress.total);
			this.bar.ariaLabel = `${vm.name}, ${vm.step} ${progress.item}`;
		}
		put(this.item, progress?.item ?? "");
		put(this.figures, progress ? howFar(progress) : "");
		put(this.left, progress?.total && progress.rate ? `${duration((progress.total - progress.done) / progress.rate)} left` : "");
	}
}
