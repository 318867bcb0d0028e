/* Small tools: nodes of the page, and how figures and times are written. */

export const $ = (selector, root = document) => root.querySelector(selector);
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const byName = new Intl.Collator("en", { numeric: true }).compare;

export function el(tag, attributes = {}, ...children) {
	const node = document.createElement(tag);
	for (const [key, value] of Object.entries(attributes))
		if (key in node) node[key] = value;
		else node.setAttribute(key, value);
	node.append(...children);
	return node;
}

/* A copy of a template: its root, and its parts by name. */
export function stamp(id) {
	const root = $(`#${id}-template`).content.firstElementChild.cloneNode(true);
	const parts = { root };
	for (const node of root.querySelectorAll("[data-part]")) parts[node.dataset.part] = node;
	return parts;
}

/* Nodes are touched only when they change: with 1000 VMs that is what keeps the page quick. */
export function put(node, text) {
	if (node.textContent !== text) node.textContent = text;
}

export function classify(node, className) {
	if (node.className !== className) node.className = className;
}

/* New children when `key` differs from the last one; the focus stays near. */
export function redo(node, key, make) {
	if (node.lastKey === key) return;
	node.lastKey = key;
	const focused = node.contains(document.activeElement);
	node.replaceChildren(...make());
	if (focused) ($("button", node) ?? $("a, h1", node.closest("tr, .group, article"))).focus();
}

export const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

export function size(bytes) {
	bytes = Number(bytes) || 0;
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let unit = 0;
	while (bytes >= 1024 && unit < units.length - 1) {
		bytes /= 1024;
		unit++;
	}
	return `${unit && bytes < 100 ? bytes.toFixed(bytes < 10 ? 2 : 1) : Math.round(bytes)} ${units[unit]}`;
}

export const mib = (bytes) => (bytes / 1048576).toFixed(1);

export function duration(seconds) {
	seconds = Math.max(0, Math.round(seconds));
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	if (h) return `${h} h ${String(m).padStart(2, "0")} min`;
	return m ? `${m} min ${String(s).padStart(2, "0")} s` : `${s} s`;
}

/* "" for what is no time: an agent may say anything. */
export const iso = (ms) => {
	const time = new Date(ms);
	return Number.isNaN(time.getTime()) ? "" : time.toISOString();
};
export const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");
export const date = (ms) => new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "short" }) + " " + clock(ms);
export const when = (ms) => (ms ? el("time", { dateTime: iso(ms), title: iso(ms) }, date(ms)) : "never");

/* Tells the reader something; errors stay until they are closed. */
export function notice(text, kind = "") {
	const node = el("p", { className: `notice ${kind}` }, el("span", {}, text));
	const close = el("button", { className: "quiet", type: "button" }, "Close");
	close.onclick = () => node.remove();
	node.append(close);
	$("#notices").append(node);
	while ($("#notices").childElementCount > 4) $("#notices").firstElementChild.remove();
	if (kind !== "error") setTimeout(close.onclick, 8000);
}
