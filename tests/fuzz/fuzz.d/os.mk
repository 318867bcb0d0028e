# Files of the new system that are read, or edited.
FUZZ_os = $(filter-out tests/%,$(OS_TREE)) $(OS_DIALECTS) os/ini.c os/nfs.c os/puppet_files.c os/service_record.c os/services.c
