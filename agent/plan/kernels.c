/* Of the plan for people: which kernel is booted, which others there are, and why those are not. */
#include <string.h>

#include "facts/kernel_choice.h"
#include "plan/columns.h"
#include "plan/parts.h"

#define PACKAGE "kernel package"
#define ROOT    "root archive"
#define UNKNOWN "not looked into"

static void add_row(struct columns *columns, const char *kernel, const char *from, const char *use)
{
	columns_add(columns, (const char *[]){kernel, from, use});
}

static void add_package(struct columns *columns, const struct facts *package)
{
	const size_t count = package ? package->kernel_count : 0;

	for (size_t i = 0; i < count; i++)
		add_row(columns, package->kernel[i], PACKAGE, "booted");
	if (!count)
		add_row(columns, UNKNOWN, PACKAGE, "booted");
}

static void add_all_unused(struct columns *columns, const struct facts *root)
{
	for (size_t i = 0; root && i < root->kernel_count; i++)
		add_row(columns, root->kernel[i], ROOT,
			"not booted: the job gives a kernel package");
}

static const char *best_of(const struct facts *root, const struct kernel_wishes *wishes)
{
	const char *best = "";
	enum kernel_reason reason;

	for (size_t i = 0; i < root->kernel_count; i++)
		if (kernel_is_release(root->kernel[i]) &&
		    (!*best || kernel_prefer(wishes, root->kernel[i], best, &reason) > 0))
			best = root->kernel[i];
	return best;
}

static const char *why_booted(const struct facts *root, const char *release)
{
	if (root->kernel_count == 1)
		return "booted: there is no other";
	if (!strcmp(root->default_kernel, release))
		return "booted: the default of the system's own boot loader";
	return root->default_known
		       ? "booted: the newest"
		       : "booted: the newest, unless the system's own boot loader has another default, which was " UNKNOWN;
}

static const char *why_not_booted(const struct kernel_wishes *wishes, const char *release,
				  const char *best)
{
	static const char *const texts[] = {
		[KERNEL_SPECIAL] =
			"not booted: for a special use (release candidate, debugging, crash dumps, guest of Xen, copy)",
		[KERNEL_DEFAULT] = "not booted: the system's own boot loader has another default",
		[KERNEL_VERSION] = "not booted: older",
	};
	enum kernel_reason reason = KERNEL_SAME;

	if (kernel_is_release(release))
		kernel_prefer(wishes, best, release, &reason);
	return texts[reason] ? texts[reason] : "not booted: its name is no kernel's";
}

static void add_choice(struct columns *columns, const struct facts *root)
{
	const struct kernel_wishes wishes = {.standard = root->default_kernel};
	const char *best = best_of(root, &wishes);

	for (size_t i = 0; i < root->kernel_count; i++) {
		const char *release = root->kernel[i];

		add_row(columns, release, ROOT,
			!strcmp(release, best) ? why_booted(root, release)
					       : why_not_booted(&wishes, release, best));
	}
}

void plan_print_kernels(const struct plan *plan, FILE *out)
{
	const struct facts *root = plan->kernels.root;
	struct columns columns = {.arena = plan->arena, .heads = {"<KERNEL", "<FROM", "<USE"}};
	const bool package = plan->job->kernel.given;

	if (package) {
		add_package(&columns, plan->kernels.package);
		add_all_unused(&columns, root);
	} else if (root) {
		add_choice(&columns, root);
	} else if (plan->archive_count) {
		add_row(&columns, UNKNOWN, ROOT,
			"the one that is booted is known once the system is unpacked");
	}
	if (!columns.rows)
		return;
	fputs("\nKernels:\n", out);
	columns_print(&columns, out);
	if (!package && job_unpacks_to(plan->job, "/boot"))
		fputs("  An archive that is unpacked to /boot or /usr may bring one that is booted instead.\n",
		      out);
}
