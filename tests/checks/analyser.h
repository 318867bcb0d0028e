/*
 * Included before every file that clang-tidy reads, except agent/base/err.c. The analyser sees one file
 * at a time, and is told here what base/err.h promises: these return -1. Otherwise it follows paths on
 * which `return err_set(…)` returned 0.
 */
#include "base/err.h"

#define err_set(...)    ((void)err_set(__VA_ARGS__), -1)
#define err_sys(...)    ((void)err_sys(__VA_ARGS__), -1)
#define err_prefix(...) ((void)err_prefix(__VA_ARGS__), -1)
#define err_keep(...)   ((void)err_keep(__VA_ARGS__), -1)
