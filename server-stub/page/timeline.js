/* The timeline of a VM: a table for each boot, a row for each step, a bar for its time. */

import { now } from "./service.js";
import { duration, el, mib, redo, when } from "./tools.js";

/* Steps of one boot; `last`: the step that is still running, if one is. */
function bootTable(rows, running) {
	const taken = (row) => (row.ended ? row.ms_taken : row === running ? Math.max(0, now() - row.begin_ms) : 0);
	const from = rows[0].begin_ms;
	const whole = Math.max(1, ...rows.map((row) => row.begin_ms + taken(row) - from));
	const heads = ["Step", "", "seconds", "MiB", "MiB/s"].map((text) => el("th", { scope: "col" }, text));
	return el("table", { className: "timeline" },
		el("caption", {}, when(from), " boot ", el("code", {}, rows[0].boot.slice(0, 8)), `, ${duration(whole / 1000)}`),
		el("thead", {}, el("tr", {}, ...heads)),
		el("tbody", {}, ...rows.map((row) => stepRow(row, taken(row), (row.begin_ms - from) / whole, whole, row === running))));
}

function stepRow(row, ms, left, whole, runs) {
	const kind = row.ended ? (row.ok ? "passed" : "error") : runs ? "busy" : "idle";
	const word = { error: "✕ failed", busy: "running", idle: "not ended" }[kind];
	const bar = el("i", { className: `bar ${kind}` });
	bar.style.left = `${100 * Math.max(0, left)}%`;
	bar.style.width = `${(100 * ms) / whole}%`;
	return el("tr", {},
		el("th", { scope: "row" }, row.step, ...(word ? [" ", el("span", { className: kind }, word)] : [])),
		el("td", { className: "track" }, bar),
		el("td", {}, row.ended || runs ? (ms / 1000).toFixed(1) : ""),
		el("td", {}, row.bytes ? mib(row.bytes) : ""),
		el("td", {}, row.bytes && ms ? mib(row.bytes / (ms / 1000)) : ""));
}

/* `rows` as the service tells them; `runs`: the VM is at work, so its last step may be running. */
export function showTimeline(box, rows, runs) {
	const last = rows.at(-1);
	const running = runs && last && !last.ended ? last : null;
	const boots = [...new Set(rows.map((row) => row.boot))];
	redo(box, JSON.stringify([rows, running && Math.floor(now() / 1000)]), () =>
		rows.length
			? boots.map((boot) => bootTable(rows.filter((row) => row.boot === boot), running))
			: [el("p", { className: "soft" }, "No step has begun yet.")]);
}
