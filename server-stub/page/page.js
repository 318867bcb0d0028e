/*
 * The operator's page: where it begins, and what is shown where. What comes from VMs and files of others
 * becomes text, never markup. The other modules, in the order they build on each other: tools, service,
 * vms (what is known), places, looks, filters, actions, archives, table, timeline, log, vm.
 */

import { listenArchives } from "./archives.js";
import { showFilters } from "./filters.js";
import { filterBy, place, readPlace } from "./places.js";
import { get, login } from "./service.js";
import { showTable } from "./table.js";
import { $, mib, plural, put } from "./tools.js";
import { VmPage } from "./vm.js";
import { changeSilent, count, follow, STATES, vms } from "./vms.js";

const CERTIFICATES_MS = 600000;

let page = null; /* the VM that is open */
let scrolled = 0; /* where the overview was left */

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

/* VMs that have changed, by name. */
function show(names) {
	showTable(names);
	if (names.has(page?.name)) page.update();
	showSummary();
	showFilters();
}

function route() {
	const before = readPlace();
	const open = place.kind === "vm";
	if (!page && open) scrolled = scrollY;
	if (page && page.name !== (open && place.name)) page = page.close();
	$("#overview").hidden = open;
	$("#vm").hidden = !open;
	if (open) showVm();
	else showOverview(before);
}

function showVm() {
	if (page) return;
	page = new VmPage(place.name);
	showSummary();
	scrollTo(0, 0);
	page.parts.name.focus({ preventScroll: true });
}

function showOverview(before) {
	$("#vm").replaceChildren();
	$("#crumbs").hidden = place.kind !== "group";
	if ($("#filter").value.trim() !== place.q) $("#filter").value = place.q;
	show(new Set(vms.keys()));
	if (before.kind !== "vm") return;
	scrollTo(0, scrolled);
	[...document.querySelectorAll("th .name")].find((link) => link.textContent === before.name)?.focus({ preventScroll: true });
}

function showLink(live) {
	$("#link").className = live ? "live" : "lost";
	put($("#link"), live ? "live" : "connection lost, trying again");
	$("#page").classList.toggle("stale", !live);
}

/* What somebody has to know of the service's certificates; asked for now and then, and kept when there is no answer. */
async function showCertificates() {
	const { warning } = await get("/v1/certificates");
	put($("#certificates"), warning ?? "");
	$("#certificates").hidden = !warning;
}

/* The reader's choice, else the system's. */
function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
	localStorage.theme = theme;
	put($("#theme"), `Theme: ${theme}`);
}

/* "/" leads to the filter. */
function onKey(event) {
	if (event.key !== "/" || event.target.closest("input, dialog") || !login.form.hidden) return;
	event.preventDefault();
	(page ? page.parts.filter : $("#filter")).focus();
}

function listen() {
	const themes = ["auto", "dark", "light"];
	setTheme(localStorage.theme ?? "auto");
	$("#theme").onclick = () => setTheme(themes[(themes.indexOf(localStorage.theme) + 1) % themes.length]);
	$("#logout").onclick = () => login.logout();
	$("#skip").onclick = () => $("#main").focus();
	$("#filter").oninput = (event) => filterBy({ q: event.target.value.trim() });
	login.form.onsubmit = (event) => login.submit(event);
	listenArchives();
	addEventListener("hashchange", route);
	addEventListener("keydown", onKey);
}

async function start() {
	listen();
	await login.begin();
	route();
	follow(show, showLink);
	showCertificates().catch(() => {});
	setInterval(() => showCertificates().catch(() => {}), CERTIFICATES_MS);
	setInterval(() => {
		changeSilent();
		page?.tick();
	}, 1000);
}

start();
