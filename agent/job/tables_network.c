#include "job/tables.h"

#include "base/limits.h"
#include "job/check.h"
#include "job/form.h"
#include "job/job.h"
#include "job/rows.h"
#include "job/values.h"

/* clang-format off */
static const struct field route_fields[] = {
	{.key = "to", .read = read_text, AT(job_route, to), .form = &form_route, .required = true},
	{.key = "via", .read = read_text, AT(job_route, via), .form = &form_address, .required = true},
};

static const struct object route_object = {
	.what = "a route",
	FIELDS(route_fields),
	.size = sizeof(struct job_route),
	.path_offset = NO_PATH,
};

static const struct field interface_fields[] = {
	{.key = "name", .read = read_text, AT(job_interface, name), .form = &form_interface,
	 .required = true},
	{.key = "mac", .read = read_mac, AT(job_interface, mac), .form = &form_mac},
	{.key = "dhcp", .read = read_bool, AT(job_interface, dhcp), .fallback = "false"},
	{.key = "addresses", .read = read_texts, AT(job_interface, addresses), .form = &form_cidr,
	 .max = 16},
	{.key = "gateways", .read = read_texts, AT(job_interface, gateways), .form = &form_address,
	 .max = 2},
	{.key = "routes", .read = read_objects, LIST(job_interface, routes, route_count),
	 .object = &route_object},
	{.key = "mtu", .read = read_whole, AT(job_interface, mtu), .min = 576, .max = 65535},
};

static const struct object interface_object = {
	.what = "an interface",
	FIELDS(interface_fields),
	.size = sizeof(struct job_interface),
	.path_offset = offsetof(struct job_interface, json_path),
	.check = check_interface,
};

static const struct field host_fields[] = {
	{.key = "address", .read = read_text, AT(job_host, address), .form = &form_address,
	 .required = true},
	{.key = "names", .read = read_texts, AT(job_host, names), .form = &form_domain,
	 .required = true},
};

static const struct object host_object = {
	.what = "a host",
	FIELDS(host_fields),
	.size = sizeof(struct job_host),
	.path_offset = NO_PATH,
	.check = check_host,
};

static const struct field network_fields[] = {
	{.key = "hostname", .read = read_text, AT(job_network, hostname), .form = &form_hostname,
	 .required = true},
	{.key = "interfaces", .read = read_objects, LIST(job_network, interfaces, interface_count),
	 .object = &interface_object},
	{.key = "nameservers", .read = read_texts, AT(job_network, nameservers),
	 .form = &form_address, .max = NAMESERVERS_MAX},
	{.key = "search", .read = read_texts, AT(job_network, search), .form = &form_domain,
	 .max = SEARCH_DOMAINS_MAX},
	{.key = "hosts", .read = read_objects, LIST(job_network, hosts, host_count),
	 .object = &host_object},
	{.key = "old_addresses", .read = read_texts, AT(job_network, old_addresses),
	 .form = &form_address},
};

const struct object network_object = {
	.what = "network",
	FIELDS(network_fields),
	.size = sizeof(struct job_network),
	.path_offset = NO_PATH,
	.check = check_network,
};

static const struct field export_fields[] = {
	{.key = "path", .read = read_text, AT(job_export, path), .form = &form_mount,
	 .required = true},
	{.key = "clients", .read = read_texts, AT(job_export, clients), .form = &form_network,
	 .required = true},
	{.key = "options", .read = read_text, AT(job_export, options), .form = &form_export_options},
};

static const struct object export_object = {
	.what = "an export",
	FIELDS(export_fields),
	.size = sizeof(struct job_export),
	.path_offset = offsetof(struct job_export, json_path),
	.check = check_export,
};

static const struct field nfs_mount_fields[] = {
	{.key = "from", .read = read_text, AT(job_nfs_mount, from), .form = &form_nfs_source,
	 .required = true},
	{.key = "to", .read = read_text, AT(job_nfs_mount, to), .form = &form_mount, .required = true},
	{.key = "options", .read = read_text, AT(job_nfs_mount, options),
	 .form = &form_mount_options},
};

static const struct object nfs_mount_object = {
	.what = "an NFS mount",
	FIELDS(nfs_mount_fields),
	.size = sizeof(struct job_nfs_mount),
	.path_offset = offsetof(struct job_nfs_mount, json_path),
};

static const struct field nfs_fields[] = {
	{.key = "exports", .read = read_objects, LIST(job_nfs, exports, export_count),
	 .object = &export_object},
	{.key = "mounts", .read = read_objects, LIST(job_nfs, mounts, mount_count),
	 .object = &nfs_mount_object},
};

const struct object nfs_object = {
	.what = "nfs",
	FIELDS(nfs_fields),
	.size = sizeof(struct job_nfs),
	.path_offset = NO_PATH,
};
