/* The log of a VM: its events as they come, readable. */

import { howFar } from "./looks.js";
import { Stream } from "./service.js";
import { clock, el, iso, mib, plural } from "./tools.js";

const LINES = 2000; /* more than that nobody reads here */
const BATCH = 50; /* ms that news wait for more: the list is laid out once for all of them */

const fold = (title, lines) =>
	Array.isArray(lines) && lines.length ? [el("details", {}, el("summary", {}, title), el("pre", {}, lines.join("\n")))] : [];

/* How each type of event reads: a sign, its kind, a text, and what is folded away. */
const EVENTS = {
	begin: (e) => ["▸", "begin", e.step],
	end: (e) => {
		const seconds = (e.ms_taken ?? 0) / 1000;
		const bytes = e.bytes ? `, ${mib(e.bytes)} MiB${seconds ? `, ${mib(e.bytes / seconds)} MiB/s` : ""}` : "";
		const figures = `${seconds.toFixed(1)} s${bytes}`;
		return e.ok ? ["✓", "done", `${e.step}: ${figures}`] : ["✕", "error", `${e.step} failed after ${figures}`];
	},
	progress: (e) => ["…", "soft", `${e.item ?? e.step}: ${howFar(e)}`],
	note: (e) => ["·", "", e.text],
	plan: (e) => ["≡", "", "the plan", fold(plural(String(e.text).split("\n").length, "line"), [e.text])],
	error: (e) => ["✕", "error", [e.code, e.where, e.message].filter(Boolean).join(": "),
		[...fold("its last words", e.stderr), ...fold("kernel log", e.kernel)]],
	wait: (e) => ["…", "held", e.reason ? `waits: ${e.reason}` : "waits no longer"],
	state: (e) => ["●", "busy", e.state],
};

/* No event keeps the others from being shown, whatever its members are: one that can't be read is shown as it came. */
function read(event) {
	try {
		return EVENTS[event.type]?.(event) ?? ["?", "", JSON.stringify(event)];
	} catch {
		return ["?", "", JSON.stringify(event)];
	}
}

function logLine(event) {
	const [sign, kind, text, folded = []] = read(event);
	const time = el("time", { dateTime: iso(event.ms), title: `${event.boot} ${event.seq}` }, clock(event.ms));
	return el("li", { className: kind }, time, el("span", { className: "sign" }, sign),
		el("div", {}, el("span", { className: "text" }, typeof text === "string" ? text : JSON.stringify(text) ?? ""), ...folded));
}

/* `parts`: the list itself, its filter, and the button that follows its end. Following ends when the reader scrolls up,
 * and begins again at the end. So that no change of the list passes for a scroll, the list changes in batches, and each
 * of them looks first where the reader is, and notes at last where it left the list. */
export class Log {
	constructor({ log, filter, follow }, path) {
		Object.assign(this, { list: log, filter, button: follow, follows: true, top: 0, news: [], progress: new Map() });
		follow.onclick = () => this.follow(!this.follows);
		log.onscroll = () => this.scrolled();
		filter.oninput = () => this.change(() => this.filterAll());
		this.stream = new Stream(path, (_, event) => this.add(event));
	}

	close() {
		this.stream.close();
		clearTimeout(this.timer);
	}

	add(event) {
		if (event.type === "heartbeat") return;
		this.news.push(event);
		this.timer ??= setTimeout(() => this.change(() => this.showNews()), BATCH);
	}

	showNews() {
		this.timer = null;
		for (const event of this.news.splice(0)) this.show(event);
		while (this.list.childElementCount > LINES) this.list.firstElementChild.remove();
	}

	/* Progress of one thing is one line that changes, as long as its step lasts. */
	show(event) {
		const key = event.type === "progress" && event.item;
		const line = logLine(event);
		const last = key && this.progress.get(key);
		if (last) last.replaceWith(line);
		else this.list.append(line);
		if (key) this.progress.set(key, line);
		if (event.type === "begin" || event.type === "end") this.progress.clear();
		this.filterOne(line);
	}

	change(what) {
		this.scrolled();
		what();
		this.toEnd();
	}

	toEnd() {
		if (this.follows) this.list.scrollTop = this.list.scrollHeight;
		this.top = this.list.scrollTop;
	}

	scrolled() {
		const { scrollTop, scrollHeight, clientHeight } = this.list;
		if (scrollTop === this.top) return;
		const atEnd = scrollHeight - scrollTop - clientHeight < 8;
		if (atEnd || scrollTop < this.top) this.note(atEnd);
		this.top = scrollTop;
	}

	note(follows) {
		this.follows = follows;
		this.button.ariaPressed = String(follows);
	}

	follow(follows) {
		this.note(follows);
		this.toEnd();
	}

	filterOne(line) {
		const wanted = this.filter.value.trim().toLowerCase();
		line.hidden = !line.textContent.toLowerCase().includes(wanted);
	}

	filterAll() {
		for (const line of this.list.children) this.filterOne(line);
	}
}
