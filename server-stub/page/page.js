/*
 * The operator's page, in the order it is needed: small tools, the service and its streams, what is known
 * of VMs, how that is shown, what can be done, where the reader is. What comes from VMs and files of
 * others becomes text, never markup.
 */

/* --- small tools */

const $ = (selector, root = document) => root.querySelector(selector);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const byName = new Intl.Collator("en", { numeric: true }).compare;

function el(tag, attributes = {}, ...children) {
	const node = document.createElement(tag);
	for (const [key, value] of Object.entries(attributes))
		if (key in node) node[key] = value;
		else node.setAttribute(key, value);
	node.append(...children);
	return node;
}

/* A copy of a template: its root, and its parts by name. */
function stamp(id) {
	const root = $(`#${id}-template`).content.firstElementChild.cloneNode(true);
	const parts = { root };
	for (const node of root.querySelectorAll("[data-part]")) parts[node.dataset.part] = node;
	return parts;
}

/* Nodes are touched only when they change: with 1000 VMs that is what keeps the page quick. */
function put(node, text) {
	if (node.textContent !== text) node.textContent = text;
}

/* New children when `key` differs from the last one; the focus stays near. */
function redo(node, key, make) {
	if (node.lastKey === key) return;
	node.lastKey = key;
	const focused = node.contains(document.activeElement);
	node.replaceChildren(...make());
	if (focused) ($("button", node) ?? $("a, h1", node.closest("tr, .group, article"))).focus();
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function size(bytes) {
	bytes = Number(bytes) || 0;
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let unit = 0;
	while (bytes >= 1024 && unit < units.length - 1) {
		bytes /= 1024;
		unit++;
	}
	return `${unit && bytes < 100 ? bytes.toFixed(bytes < 10 ? 2 : 1) : Math.round(bytes)} ${units[unit]}`;
}

const mib = (bytes) => (bytes / 1048576).toFixed(1);

function duration(seconds) {
	seconds = Math.max(0, Math.round(seconds));
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	if (h) return `${h} h ${String(m).padStart(2, "0")} min`;
	return m ? `${m} min ${String(s).padStart(2, "0")} s` : `${s} s`;
}

const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");
const date = (ms) => new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "short" }) + " " + clock(ms);
const when = (ms) => (ms ? el("time", { dateTime: new Date(ms).toISOString(), title: new Date(ms).toISOString() }, date(ms)) : "never");

/* --- the service */

/* Its clock against ours: silence is counted by its clock. */
let ahead = 0;
const now = () => Date.now() + ahead;

async function request(path, options = {}) {
	const response = await fetch(path, { cache: "no-store", ...options });
	const told = Date.parse(response.headers.get("Date"));
	if (told && Math.abs(told - now()) > 1500) ahead = told - Date.now();
	if (response.ok) return response;
	if (response.status === 401 && path !== "/v1/login") login.lost();
	const answer = await response.json().catch(() => ({}));
	throw new Error(answer.message ?? `the service answers ${response.status}`);
}

const get = async (path) => (await request(path)).json();

const post = async (path, body = {}) =>
	(await request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).json();

const SILENCE_MS = 40000; /* The service says something every 15 s. */

/*
 * Server-sent events, over fetch: unlike EventSource it sees the status (the session is lost), and the
 * comments (the line is alive although nothing happens). Goes on by itself until closed.
 */
class Stream {
	constructor(path, message, link = () => {}) {
		Object.assign(this, { path, message, link, id: "" });
		this.run();
	}

	close() {
		this.closed = true;
		this.abort?.abort();
	}

	async run() {
		for (let pause = 500; !this.closed; pause = Math.min(pause * 2, 8000)) {
			await login.done;
			try {
				await this.read(() => {
					pause = 500;
					this.link(true);
				});
			} catch {
				/* Cut, refused or silent: all the same, try again. */
			}
			if (this.closed) return;
			this.link(false);
			await sleep(pause);
		}
	}

	async read(alive) {
		this.abort = new AbortController();
		const watchdog = () => setTimeout(() => this.abort.abort(), SILENCE_MS);
		let timer = watchdog();
		try {
			const headers = this.id ? { "Last-Event-ID": this.id } : {};
			const response = await request(this.path, { headers, signal: this.abort.signal });
			const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
			alive();
			for (let rest = ""; ; ) {
				const { value, done } = await reader.read();
				if (done || this.closed) return;
				clearTimeout(timer);
				timer = watchdog();
				const messages = (rest + value).split("\n\n");
				rest = messages.pop();
				messages.forEach((text) => this.take(text));
			}
		} finally {
			clearTimeout(timer);
		}
	}

	take(text) {
		const field = { event: "message", data: "" };
		for (const line of text.split("\n")) {
			const [, key, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
			if (key) field[key] = value;
		}
		if (field.id) this.id = field.id;
		if (field.data) this.message(field.event, JSON.parse(field.data));
	}
}

/* The form stands before the page until somebody has logged in; a lost session brings it back. */
const login = {
	form: $("#login"),

	/* `done` is kept by all that wants to go on after a login. */
	close() {
		this.done = new Promise((resolve) => (this.resolve = resolve));
	},

	open() {
		$("#page").hidden = $("#page").inert = false;
		this.form.hidden = true;
		this.resolve();
	},

	lost() {
		if (!this.form.hidden) return;
		const first = $("#page").hidden;
		if (!first) this.close();
		put($("#login-why"), first ? "Moves groups of VMs." : "The session has ended. Log in to go on where you were.");
		this.focus = document.activeElement;
		this.form.hidden = false;
		$("#page").inert = true;
		$("#token").focus();
	},

	async submit(event) {
		event.preventDefault();
		const problem = $("#login-error");
		problem.hidden = true;
		try {
			await post("/v1/login", { token: $("#token").value.trim() });
			$("#token").value = "";
			this.open();
			if (this.focus.isConnected) this.focus.focus();
		} catch (error) {
			put(problem, error.message);
			problem.hidden = false;
			$("#token").select();
		}
	},

	async logout() {
		await post("/v1/logout").catch(() => {});
		location.reload();
	},
};

function notice(text, kind = "") {
	const node = el("p", { className: `notice ${kind}` }, el("span", {}, text));
	const close = el("button", { className: "quiet", type: "button" }, "Close");
	close.onclick = () => node.remove();
	node.append(close);
	$("#notices").append(node);
	while ($("#notices").childElementCount > 4) $("#notices").firstElementChild.remove();
	if (kind !== "error") setTimeout(close.onclick, 8000);
}

/* --- what is known */

/* In the order of the course; `turn`: how much of the mark is filled; `kind`: its colour. */
const STATES = {
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

const STEPS = ("contact fetch check plan wipe partition lvm format mount unpack kernel initrd configure verify " +
	"bootloader finish").split(" ");

const SILENT_S = 30;
const HELD_ITSELF = "held by the operator"; /* not by its group, nor by an error */

const vms = new Map();
const groups = new Map(); /* as GET /v1/groups tells them */
const views = new Map(); /* name → Group */
let page = null; /* the VM that is open */

const isHeld = (vm) => vm.hold && vm.state !== "cancelled";
const silence = (vm) => (now() - Math.max(vm.seen_ms, vm.changed_ms)) / 1000;
const isSilent = (vm) => vm.state === "configuring" && silence(vm) > SILENT_S;

const count = (list, test) => list.reduce((sum, item) => sum + (test(item) ? 1 : 0), 0);

/* Changes are shown together, a few times a second. A timer, not a frame: the title lives on in the background. */
const changed = new Set();
let planned = null;

function change(vm) {
	const old = vms.get(vm.name);
	vms.set(vm.name, vm);
	changed.add(vm.name);
	planned ??= setTimeout(show, 60);
	if (old && vm.state === "error" && old.state !== "error") notice(`${vm.name}: ${vm.error?.text ?? "error"}`, "error");
	if (vm.group && (!groups.has(vm.group) || (old && old.hold !== vm.hold))) learnGroups();
}

let learning = null;
function learnGroups() {
	learning ??= setTimeout(async () => {
		learning = null;
		const { groups: list } = await get("/v1/groups").catch(() => ({ groups: [] }));
		list.forEach((group) => groups.set(group.name, group));
		vms.forEach((vm) => changed.add(vm.name));
		planned ??= setTimeout(show, 0);
	}, 300);
}

function onStream(event, data) {
	if (event === "vm") change(data);
	if (event !== "gone") return;
	const there = new Set(data.vms);
	for (const vm of vms.values())
		if (!there.has(vm.name)) {
			vms.delete(vm.name);
			changed.add(vm.name);
			views.get(vm.group ?? "")?.remove(vm.name);
		}
	planned ??= setTimeout(show, 60);
}

function show() {
	planned = null;
	for (const name of changed) {
		const vm = vms.get(name);
		if (!vm) continue;
		for (const view of views.values()) if (view.name !== (vm.group ?? "")) view.remove(name);
		groupView(vm.group ?? "").members.set(name, vm);
	}
	for (const view of views.values()) view.update(changed);
	if (page && changed.has(page.name)) page.update();
	changed.clear();
	showSummary();
	showFilters();
}

/* Every second: what changes because nothing happens. */
function tick() {
	vms.forEach((vm) => isSilent(vm) && changed.add(vm.name));
	if (changed.size) planned ??= setTimeout(show, 0);
	page?.tick();
}

/* --- how a VM is shown */

function mark({ kind, turn, sign }) {
	const dot = el("span", { className: `dot ${kind}` });
	if (sign) dot.dataset.sign = sign;
	else dot.style.setProperty("--turn", turn);
	return dot;
}

const stateMark = (state) => [mark(STATES[state] ?? STATES.cancelled), el("span", { className: STATES[state]?.kind ?? "" }, state)];

/* What there is to know beside state and step: kind, word, text, help. */
function remarksOf(vm) {
	const list = [];
	if (vm.error) {
		const [, code, text] = /^([^:]*): ?(.*)$/s.exec(vm.error.text) ?? [, "error", vm.error.text];
		list.push({ kind: "error", word: code, text, help: vm.error.help });
	}
	if (isHeld(vm)) list.push({ kind: "held", word: "held", text: vm.held });
	if (vm.waiting) list.push({ kind: "idle", word: "waits", text: vm.waiting });
	if (isSilent(vm)) list.push({ kind: "held", word: "silent", text: `no event for ${duration(silence(vm))}` });
	if (vm.lease) list.push({ kind: "idle", text: `${vm.lease.by} is at it until ${clock(vm.lease.until_ms)}` });
	else if (!list.length && STATES[vm.state]?.next) list.push({ kind: "idle", text: STATES[vm.state].next });
	return list;
}

function remark({ kind, word, text, help }) {
	const signs = { error: "✕", held: word === "silent" ? "?" : "‖" };
	const line = el("span", { className: "line" });
	if (signs[kind]) line.append(el("span", { className: "sign", ariaHidden: "true" }, signs[kind]), " ");
	if (word) line.append(el("b", {}, word), ": ");
	line.append(el("span", { className: "text" }, text ?? ""));
	return el("p", { className: `remark ${kind}` }, line, ...(help ? [el("span", { className: "help" }, help)] : []));
}

const howFar = ({ done = 0, total, rate }) =>
	[total ? `${size(done)} of ${size(total)}` : size(done), rate && `${mib(rate)} MiB/s`].filter(Boolean).join(" · ");

/* A step, its number, and how far it is with what it reads or writes. */
class StepCell {
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

class Row {
	constructor(vm) {
		Object.assign(this, stamp("row"), { vmName: vm.name });
		put(this.name, vm.name);
		this.name.href = `#/vm/${encodeURIComponent(vm.name)}`;
		this.stepCell = new StepCell(this.step);
	}

	update(vm) {
		const remarks = remarksOf(vm);
		this.root.hidden = !matches(vm);
		this.root.className = vm.state === "error" ? "error" : isHeld(vm) ? "held" : "";
		put(this.role, [vm.role, vm.master && `of ${vm.master}`].filter(Boolean).join(" "));
		redo(this.state, vm.state, () => stateMark(vm.state));
		this.stepCell.update(vm);
		redo(this.remarks, JSON.stringify(remarks), () => remarks.map(remark));
		showActions(this.actions, vm, rowActions(vm));
	}
}

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
		if (name) parts.name.href = `#/group/${encodeURIComponent(name)}`;
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

function showSummary() {
	const list = [...vms.values()];
	const errors = count(list, (vm) => vm.state === "error");
	const done = count(list, (vm) => STATES[vm.state]?.kind === "done");
	const rate = list.reduce((sum, vm) => sum + (vm.state === "configuring" ? vm.progress?.rate ?? 0 : 0), 0);
	const parts = [`${done} of ${plural(list.length, "VM")} complete`];
	if (rate) parts.push(`${mib(rate)} MiB/s`);
	put($("#summary"), list.length ? parts.join(" · ") : "");
	$("#whole").style.setProperty("--turn", list.length ? done / list.length : 0);
	document.title = [errors && plural(errors, "error"), page?.name, "newroot"].filter(Boolean).join(" — ");
}

/* --- which VMs are shown */

/* What asks for somebody comes first. */
const FILTERS = {
	error: null,
	held: isHeld,
	silent: isSilent,
	...Object.fromEntries(Object.keys(STATES).map((state) => [state, (vm) => vm.state === state])),
};

function matches(vm) {
	if (place.kind === "group" && (vm.group ?? "") !== place.name) return false;
	if (place.state && !FILTERS[place.state]?.(vm)) return false;
	if (!place.q) return true;
	const text = [vm.name, vm.group, vm.role, vm.address, vm.mac, ...vm.finals].join(" ").toLowerCase();
	return place.q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function filterButton(state, number) {
	const looks = STATES[state] ?? { kind: "held", sign: state === "held" ? "‖" : "?" };
	const button = el("button", { className: "chip", ariaPressed: String(place.state === state) });
	button.dataset.state = state;
	button.append(...(state ? [mark(looks)] : []), `${state || "all"} `, el("b", {}, String(number)));
	button.onclick = () => filterBy({ state: place.state === state ? "" : state });
	return button;
}

function showFilters() {
	const list = [...vms.values()].filter((vm) => place.kind !== "group" || (vm.group ?? "") === place.name);
	const counts = Object.entries(FILTERS)
		.map(([state, test]) => [state, count(list, test)])
		.filter(([state, number]) => number || state === place.state);
	const focused = document.activeElement.closest?.("#states") && document.activeElement.dataset.state;
	redo($("#states"), JSON.stringify([counts, list.length, place.state]), () => [
		filterButton("", list.length),
		...counts.map(([state, number]) => filterButton(state, number)),
	]);
	if (focused) [...$("#states").children].find((chip) => chip.dataset.state === focused)?.focus();
	const found = count(list, matches);
	$("#nothing").hidden = found > 0 || !synced;
	put($("#nothing"), vms.size ? "No VM is like that." : "There is no VM yet: newroot-server import FILE brings a group of them.");
}

/* The filter is part of the address, so that it can be kept and sent to others. */
function filterBy(part) {
	const query = new URLSearchParams();
	const next = { state: place.state, q: place.q, ...part };
	for (const key of ["state", "q"]) if (next[key]) query.set(key, next[key]);
	const path = place.kind === "group" ? `#/group/${encodeURIComponent(place.name)}` : "#/";
	history.replaceState(null, "", query.size ? `${path}?${query}` : path);
	route();
}

/* --- what can be done: which is allowed, and what it will do, in words */

const AGAIN = {
	"waiting for archives": "The service looks for its archives again.",
	"needs creating": "A creator makes it again.",
	"needs provisioning": "A creator moves it to its network again.",
	provisioning: "A creator moves it to its network again; one that is still at it loses its claim.",
	"first boot": "It is back in first boot, and counts as complete once its agent says so.",
	complete: "It counts as complete again.",
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

const VM_ACTIONS = {
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
		allowed: (vm) => !isHeld(vm) && !["complete", "cut over", "cancelled", "error"].includes(vm.state),
		says: () => ["Its agent stops at the next step boundary and waits there. Nothing is lost; release lets it go on."],
	},
	cutover: {
		verb: "Cut over",
		allowed: (vm) => vm.state === "complete",
		says: (vm) => [
			`${vm.name} is in service from now on: retry, arm and cancel are refused. This can’t be undone.`,
			"What has to be done on the VM and in DNS is in newroot-server runbook.",
		],
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
function rowActions(vm) {
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
		allowed: (list, held) => !held && list.some((vm) => !STATES[vm.state]?.aside && STATES[vm.state]?.kind !== "done"),
		says: ({ list }) => [
			`All its VMs stop at their next step boundary and wait there. Running now: ${names(inState(list, "configuring", "first boot")) || "none"}.`,
			"Nothing is lost; release lets them go on.",
		],
	},
	cutover: {
		verb: "Cut over",
		allowed: (list) => inState(list, "complete").length && inState(list, "complete", "cut over").length === list.length,
		says: ({ list, group }) => [
			`In service from now on: ${names(inState(list, "complete"))}. Retry, arm and cancel are refused afterwards. This can’t be undone.`,
			`What has to be done on the VMs and in DNS, in order: newroot-server runbook ${group}.`,
		],
	},
};

const groupActions = (list, held) => Object.keys(GROUP_ACTIONS).filter((name) => GROUP_ACTIONS[name].allowed(list, held));

/* `target`: a VM, or {group, list} with its VMs. */
function showActions(box, target, actions) {
	box.target = target;
	redo(box, actions.join(), () =>
		actions.map((name) => {
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

/* --- a VM's own page */

const LOG_LINES = 2000;

class VmPage {
	constructor(name) {
		Object.assign(this, { name, parts: stamp("vm"), detail: null, lines: new Map() });
		const { parts } = this;
		put(parts.name, name);
		this.stepCell = new StepCell(parts.step);
		$("#vm").replaceChildren(parts.root);
		this.follow = true;
		parts.follow.onclick = () => this.setFollow(!this.follow);
		parts.log.onscroll = () => this.setFollow(parts.log.scrollHeight - parts.log.scrollTop - parts.log.clientHeight < 8, false);
		parts.filter.oninput = () => this.filterLog();
		this.stream = new Stream(`/v1/vms/${encodeURIComponent(name)}/log`, (_, event) => this.log(event));
		this.update();
	}

	close() {
		this.stream.close();
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
		parts.group.href = `#/group/${encodeURIComponent(vm.group ?? "")}`;
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
		const { state, step, armed, hold } = this.vm ?? {};
		const key = [state, step, armed, hold].join();
		if (key === this.learnt) return;
		this.learnt = key;
		clearTimeout(this.asking);
		this.asking = setTimeout(async () => {
			try {
				this.detail = await get(`/v1/vms/${encodeURIComponent(this.name)}`);
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
		const list = (node, items, none, make) =>
			redo(node, JSON.stringify(items), () => (items.length ? items.map((item) => el("li", {}, ...make(item))) : [el("li", { className: "soft" }, none)]));
		if (!this.vm) change(this.detail);
		list(this.parts.history, changes, "Nothing yet.", (row) => [
			when(row.at_ms), " ", el("b", {}, row.from === row.to ? row.to : `${row.from} → ${row.to}`), " ", el("span", { className: "soft text" }, row.cause),
		]);
		list(this.parts.boots, boots, "Its agent hasn’t reported yet.", (boot) => [
			when(boot.first_ms), " ", el("code", {}, boot.boot.slice(0, 8)), " ", plural(boot.stored, "event"),
			...(boot.taken > boot.stored ? [el("span", { className: "error" }, `, ${boot.taken - boot.stored} missing`)] : []),
		]);
		list(this.parts.refused, refused, "None.", (row) => [
			when(row.last_ms), " ", el("b", {}, row.reason), " ", el("span", { className: "soft text" }, `from ${row.address}, ${plural(row.count, "time")}`),
		]);
		this.showTimeline();
		if (this.vm) this.showFacts();
	}

	showTimeline() {
		const rows = this.detail.timeline;
		const running = (row) => !row.ended && row.boot === rows.at(-1).boot && STATES[this.vm?.state]?.runs;
		const end = (row) => row.begin_ms + (row.ended ? row.ms_taken : running(row) ? Math.max(0, now() - row.begin_ms) : 0);
		const boots = [...new Set(rows.map((row) => row.boot))];
		const key = JSON.stringify([rows, rows.some(running) && Math.floor(now() / 1000)]);
		redo(this.parts.timeline, key, () =>
			rows.length ? boots.map((boot) => this.bootTimeline(rows.filter((row) => row.boot === boot), end, running)) : [el("p", { className: "soft" }, "No step has begun yet.")]);
	}

	bootTimeline(rows, end, running) {
		const from = rows[0].begin_ms;
		const whole = Math.max(1, ...rows.map((row) => end(row) - from));
		const heads = ["Step", "", "seconds", "MiB", "MiB/s"].map((text) => el("th", { scope: "col" }, text));
		return el("table", { className: "timeline" },
			el("caption", {}, when(from), " boot ", el("code", {}, rows[0].boot.slice(0, 8)), `, ${duration(whole / 1000)}`),
			el("thead", {}, el("tr", {}, ...heads)),
			el("tbody", {}, ...rows.map((row) => {
				const seconds = (end(row) - row.begin_ms) / 1000;
				const kind = row.ended ? (row.ok ? "passed" : "error") : running(row) ? "busy" : "idle";
				const bar = el("i", { className: `bar ${kind}` });
				bar.style.left = `${(100 * Math.max(0, row.begin_ms - from)) / whole}%`;
				bar.style.width = `${(100 * (end(row) - row.begin_ms)) / whole}%`;
				const word = { error: "✕ failed", busy: "running", idle: "not ended" }[kind];
				return el("tr", {},
					el("th", { scope: "row" }, row.step, ...(word ? [" ", el("span", { className: kind }, word)] : [])),
					el("td", { className: "track" }, bar),
					el("td", {}, row.ended || running(row) ? seconds.toFixed(1) : ""),
					el("td", {}, row.bytes ? mib(row.bytes) : ""),
					el("td", {}, row.bytes && seconds ? mib(row.bytes / seconds) : ""));
			})));
	}

	/* Progress of one thing is one line that changes. */
	log(event) {
		if (event.type === "heartbeat") return;
		const { log } = this.parts;
		const key = event.type === "progress" && [event.boot, event.step, event.item].join();
		const line = logLine(event);
		if (key && this.progress?.key === key) this.progress.line.replaceWith(line);
		else log.append(line);
		this.progress = key ? { key, line } : event.type === "note" ? this.progress : null;
		while (log.childElementCount > LOG_LINES) log.firstElementChild.remove();
		this.filterLine(line);
		if (this.follow) this.scrolling ??= requestAnimationFrame(() => this.toEnd());
	}

	toEnd() {
		this.scrolling = null;
		if (this.follow) this.parts.log.scrollTop = this.parts.log.scrollHeight;
	}

	setFollow(follow, jump = true) {
		this.follow = follow;
		this.parts.follow.ariaPressed = String(follow);
		if (jump) this.toEnd();
	}

	filterLine(line) {
		const wanted = this.parts.filter.value.trim().toLowerCase();
		line.hidden = wanted !== "" && !line.textContent.toLowerCase().includes(wanted);
	}

	filterLog() {
		for (const line of this.parts.log.children) this.filterLine(line);
		this.toEnd();
	}
}

const fold = (title, lines) =>
	Array.isArray(lines) && lines.length ? [el("details", {}, el("summary", {}, title), el("pre", {}, lines.join("\n")))] : [];

/* How each type of event reads: a sign, its kind, a text, and what is folded away. */
const EVENTS = {
	begin: (e) => ["▸", "begin", e.step],
	end: (e) => {
		const seconds = (e.ms_taken ?? 0) / 1000;
		const bytes = e.bytes ? `, ${mib(e.bytes)} MiB${seconds ? `, ${mib(e.bytes / seconds)} MiB/s` : ""}` : "";
		return e.ok ? ["✓", "done", `${e.step}: ${seconds.toFixed(1)} s${bytes}`] : ["✕", "error", `${e.step} failed after ${seconds.toFixed(1)} s${bytes}`];
	},
	progress: (e) => ["…", "soft", `${e.item ?? e.step}: ${howFar(e)}`],
	note: (e) => ["·", "", e.text],
	plan: (e) => ["≡", "", "the plan", fold(plural(String(e.text).split("\n").length, "line"), [e.text])],
	error: (e) => ["✕", "error", [e.code, e.where, e.message].filter(Boolean).join(": "),
		[...fold("its last words", e.stderr), ...fold("kernel log", e.kernel)]],
	wait: (e) => ["…", "held", e.reason ? `waits: ${e.reason}` : "waits no longer"],
	state: (e) => ["●", "busy", e.state],
};

function logLine(event) {
	const [sign, kind, text, folded = []] = EVENTS[event.type]?.(event) ?? ["?", "", JSON.stringify(event)];
	const time = el("time", { dateTime: new Date(event.ms).toISOString(), title: `${event.boot} ${event.seq}` }, clock(event.ms));
	return el("li", { className: kind }, time, el("span", { className: "sign" }, sign),
		el("div", {}, el("span", { className: "text" }, typeof text === "string" ? text : JSON.stringify(text) ?? ""), ...folded));
}

/* --- where the reader is: #/, #/group/NAME, #/vm/NAME, with ?state=…&q=… */

let place = { kind: "", name: "", state: "", q: "" };
let scrolled = 0;

function parsePlace() {
	const [path, query] = location.hash.slice(1).split("?");
	const [, kind = "", name = ""] = path.split("/");
	const search = new URLSearchParams(query);
	return { kind, name: decodeURIComponent(name), state: search.get("state") ?? "", q: search.get("q") ?? "" };
}

function route() {
	const before = place;
	try {
		place = parsePlace();
	} catch {
		place = { kind: "", name: "", state: "", q: "" };
	}
	const open = place.kind === "vm";
	if (!page && open) scrolled = scrollY;
	if (page && page.name !== (open && place.name)) page = page.close();
	$("#overview").hidden = open;
	$("#vm").hidden = !open;
	if (open) page ??= new VmPage(place.name);
	else showOverview(before);
	showSummary();
	if (open && before.name !== place.name) {
		scrollTo(0, 0);
		page.parts.name.focus({ preventScroll: true });
	}
}

function showOverview(before) {
	$("#vm").replaceChildren();
	$("#crumbs").hidden = place.kind !== "group";
	if ($("#filter").value.trim() !== place.q) $("#filter").value = place.q;
	vms.forEach((vm) => changed.add(vm.name));
	show();
	if (before.kind !== "vm") return;
	scrollTo(0, scrolled);
	[...document.querySelectorAll("th .name")].find((link) => link.textContent === before.name)?.focus({ preventScroll: true });
}

/* --- begin */

let synced = false;

function onLink(live) {
	const link = $("#link");
	synced ||= live;
	link.className = live ? "live" : "lost";
	put(link, live ? "live" : "connection lost, trying again");
	$("#page").classList.toggle("stale", !live);
	if (live) learnGroups();
}

/* The reader's choice, else the system's. */
function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
	localStorage.theme = theme;
	put($("#theme"), `Theme: ${theme}`);
}

function start() {
	const themes = ["auto", "dark", "light"];
	setTheme(localStorage.theme ?? "auto");
	$("#theme").onclick = () => setTheme(themes[(themes.indexOf(localStorage.theme) + 1) % 3]);
	$("#logout").onclick = () => login.logout();
	$("#skip").onclick = () => $("#main").focus();
	$("#filter").oninput = (event) => filterBy({ q: event.target.value.trim() });
	login.form.onsubmit = (event) => login.submit(event);
	login.close();
	addEventListener("hashchange", route);
	addEventListener("keydown", (event) => {
		if (event.key !== "/" || event.target.closest("input, dialog, #login") || login.form.hidden === false) return;
		event.preventDefault();
		(page ? page.parts.filter : $("#filter")).focus();
	});
	get("/v1/groups").then(() => login.open(), () => login.lost());
	login.done.then(() => {
		route();
		new Stream("/v1/stream", onStream, onLink);
		setInterval(tick, 1000);
	});
}

start();
