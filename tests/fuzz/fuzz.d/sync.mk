FUZZ_sync_output = sync/output.c base/log.c
