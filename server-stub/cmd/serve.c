#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "course/lease.h"
#include "http/anchors.h"
#include "http/budget.h"
#include "http/http.h"
#include "http/hub.h"
#include "http/listen.h"
#include "http/login.h"
#include "http/tls.h"
#include "http/views.h"
#include "keeper/keeper.h"
#include "keeper/reading.h"
#include "keeper/renewal.h"
#include "site/modes.h"
#include "store/audit.h"
#include "util/limits.h"
#include "util/log.h"
#include "util/monotonic.h"
#include "util/owner.h"
#include "util/text.h"

static const char *listen_option = LISTEN_DEFAULT, *per_address_option, *reserve_option;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"listen", OPTION_TEXT, &listen_option, "ADDR:PORT", "default " LISTEN_DEFAULT},
	{"per-address", OPTION_TEXT, &per_address_option, "N",
	 "connections of one peer (default 64)"},
	{"reserve", OPTION_TEXT, &reserve_option, "MIB",
	 "free space kept for operators (default 256)"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* Before any thread is started, so that all of them leave these signals to wait_for_end(). */
static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* A token that was made anew: by whom is not known here, but when. */
static void note_tokens(const struct service *service, const bool changed[LOGIN_ROLES])
{
	for (enum login_role role = 0; role < LOGIN_ROLES; role++) {
		const struct audit_row row = {
			.at_ms = wall_ms(),
			.who = "serve",
			.from = "SIGHUP",
			.act = "token",
			.what = login_files[role].file,
			.outcome = "another",
		};
		struct err err = ERR_INIT;

		if (!changed[role])
			continue;
		if (store_audit_add(service->store, &row, &err) < 0)
			log_warning("the audit lacks a change of %s: %s", row.what, err.msg);
		audit_tell(&row);
	}
}

static void reload(const struct service *service)
{
	bool changed[LOGIN_ROLES] = {0};
	struct err err = ERR_INIT;

	if (login_reload(service->login, service->data, changed, &err) < 0)
		log_warning("the tokens stay as they were: %s: %s", err.where, err.msg);
	note_tokens(service, changed);
	if (renewal_load(service->data, &err) < 0) {
		log_warning("the certificate stays as it was: %s: %s", err.where, err.msg);
		return;
	}
	log_info("certificate and tokens read again");
	renewal_warn(service->data);
}

static void wait_for_end(const struct service *service, const sigset_t *set)
{
	int sig;

	while (sigwait(set, &sig) == 0 && sig == SIGHUP)
		reload(service);
	log_info("stopping");
}

/* While the keeper is at it. */
static int serve_kept(const struct open *open, const struct service *service,
		      struct renewal *renewal, const char *listening, const sigset_t *signals,
		      struct err *err)
{
	const struct keeper_config config = {
		.data = &open->data,
		.settings = &open->settings,
		.writer = service->writer,
		.renewal = renewal,
	};
	struct reading *reading;
	struct keeper *keeper;

	if (keeper_start(&keeper, &config, err) < 0)
		return -1;
	if (reading_start(&reading, &open->data, err) < 0) {
		keeper_stop(keeper);
		return -1;
	}
	printf("newroot-server: listening on %s\n", listening);
	fflush(stdout);
	wait_for_end(service, signals);
	reading_stop(reading);
	keeper_stop(keeper);
	return 0;
}

/* Whoever waits is answered, and whoever still comes is refused: MHD can't end what is suspended. */
static void stop_waiting(struct service *service)
{
	hub_stop(service->hub);
	writer_stop(service->writer);
}

static int serve_http(struct open *open, struct service *service, const struct http_config *config,
		      const sigset_t *signals, struct err *err)
{
	char listening[LISTEN_TEXT];
	struct renewal renewal;
	struct http *http;
	int ret;

	if (renewal_start(&renewal, service->data, service->store, err) < 0 ||
	    http_start(&http, service, config, err) < 0) {
		stop_waiting(service);
		return -1;
	}
	listen_text(listening, &config->address, http_port(http));
	ret = serve_kept(open, service, &renewal, listening, signals, err);
	stop_waiting(service);
	http_stop(http);
	return ret;
}

/* With the threads that requests wait for. */
static int serve_threads(struct open *open, struct service *service, struct store *writing,
			 const struct http_config *config, const sigset_t *signals, struct err *err)
{
	int ret;

	if (writer_start(&service->writer, writing, err) < 0)
		return -1;
	ret = hub_start(&service->hub, views_get(service->views), err);
	if (ret < 0) {
		writer_stop(service->writer);
	} else {
		ret = serve_http(open, service, config, signals, err);
		hub_free(service->hub);
	}
	writer_free(service->writer);
	return ret;
}

static int serve(struct open *open, const struct http_config *config, uint64_t reserve,
		 struct err *err)
{
	struct service service = {
		.data = &open->data,
		.store = open->store,
		.started = time(NULL),
		.reserve = reserve,
	};
	struct store *writing = NULL;
	sigset_t signals;
	int ret = -1;

	block_signals(&signals);
	if (modes_check(&open->data, err) == 0 &&
	    store_open(&writing, open->data.path, false, err) == 0 &&
	    lease_begin_anew(writing, steady_ms(), err) == 0 &&
	    views_open(&service.views, open->data.path, err) == 0 &&
	    budgets_new(&service.budgets, err) == 0 &&
	    login_new(&service.login, service.data, err) == 0)
		ret = serve_threads(open, &service, writing, config, &signals, err);
	tls_free();
	anchors_free();
	login_free(service.login);
	budgets_free(service.budgets);
	views_close(service.views);
	store_close(writing);
	return ret;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct http_config config;
	struct open open;
	long per_address = HTTP_CONNECTIONS_PER_ADDRESS, reserve = DISK_RESERVE_MIB;
	int ret;

	(void)operands, (void)count;
	if (listen_parse(&config.address, listen_option, err) < 0 ||
	    options_number("per-address", per_address_option, 1, HTTP_CONNECTIONS_MAX, &per_address,
			   err) < 0 ||
	    options_number("reserve", reserve_option, 0, DISK_RESERVE_MIB_MAX, &reserve, err) < 0 ||
	    open_data(&open, err) < 0)
		return -1;
	if (owner_stay(err) < 0) {
		close_data(&open);
		return -1;
	}
	if (geteuid() == 0)
		log_warning(
			"the service runs as root, which it does not need: server.md tells how to give it a user of its own");
	config.per_address = (unsigned)per_address;
	ret = serve(&open, &config, (uint64_t)reserve << 20, err);
	close_data(&open);
	return ret;
}

const struct command cmd_serve = {
	.name = "serve",
	.operands = "",
	.summary =
		"Serve agents over HTTPS until SIGTERM; SIGHUP reads the certificate and tokens again",
	.options = options,
	.run = run,
};
