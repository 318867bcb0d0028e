/* One first boot works at a time; one that only waits gives way to one by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "first_boot_scene.h"
#include "target/turn.h"

static int lock_of(const struct scene *scene, struct err *err)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/first-boot.lock", scene->folder);
	return turn_take(path, err);
}

static void say_and_end(int to, char byte)
{
	_exit(write(to, &byte, 1) == 1 ? 0 : 9);
}

static int status_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void only_one_works(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	int turn, ends[2];
	pid_t child;
	char byte;

	(void)state;
	scene_make(&scene, CONFIG);
	assert_int_equal(pipe(ends), 0);
	turn = lock_of(&scene, &err);
	assert_true(turn >= 0);
	child = fork();
	if (child == 0)
		say_and_end(ends[1], first_boot_run(&scene.options, &err) == -1 && !*fake.told &&
						     strstr(err.msg, "is at work")
					     ? 'y'
					     : 'n');
	assert_int_equal(status_of(child), 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	close(turn);
	close(ends[0]);
	close(ends[1]);
	scene_free(&scene);
}

static int waiting_fd;

static void tell_that_it_waits(const struct err *err)
{
	(void)err;
	if (write(waiting_fd, "w", 1) != 1)
		_exit(9);
}

/* Its end comes before the other's beginning, and it says nothing more. */
static void one_that_waits_is_taken_over(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	int turn, ends[2];
	pid_t child;
	char byte;

	(void)state;
	scene_make(&scene, CONFIG);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		waiting_fd = ends[1];
		fake.patient = true;
		fake.refusals = 1;
		scene.options.failed = tell_that_it_waits;
		if (first_boot_run(&scene.options, &err) != FIRST_BOOT_TAKEN_OVER ||
		    !strstr(fake.told, "state error; stop soon; "))
			_exit(1);
		say_and_end(ends[1], 'e');
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	turn = -1;
	for (int i = 0; i < 60000 && turn < 0; i++, usleep(1000)) /* it tells before it offers */
		turn = lock_of(&scene, &err);
	assert_true(turn >= 0);
	assert_int_equal(status_of(child), 0);
	close(turn);
	err = (struct err)ERR_INIT;
	assert_int_equal(first_boot_run(&scene.options, &err), 0);
	close(ends[0]);
	close(ends[1]);
	scene_free(&scene);
}

static void one_that_tries_again_is_not(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;
	pid_t child;
	int turn;

	(void)state;
	scene_make(&scene, CONFIG);
	turn = lock_of(&scene, &err);
	assert_true(turn >= 0);
	turn_offer(turn);
	assert_false(turn_wanted(turn));
	assert_true(turn_keep(turn));
	child = fork();
	if (child == 0)
		_exit(lock_of(&scene, &err) == -1 ? 0 : 1);
	assert_int_equal(status_of(child), 0);
	close(turn);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_works),
		cmocka_unit_test(one_that_waits_is_taken_over),
		cmocka_unit_test(one_that_tries_again_is_not),
	};

	return cmocka_run_group_tests_name("first_boot_turn", tests, NULL, NULL);
}
