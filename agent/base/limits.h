/* Every cap of the agent, each with its reason. Nothing from outside may grow past one of these. */
#ifndef NEWROOT_BASE_LIMITS_H
#define NEWROOT_BASE_LIMITS_H

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

/* Errors shown together: more than a screenful helps nobody. */
#define ERR_LIST_MAX 64

/* A child's last words kept for the error event: what a person reads, and fits an event. */
#define CHILD_TAIL_LINES    20
#define CHILD_TAIL_LINE_MAX 240

/* A job is written by people or by the service: hundreds of kilobytes are already a mistake. */
#define JOB_BYTES_MAX (512 * 1024)
#define JOB_DEPTH_MAX 16
/* Items of one list: more than any VM has, and few enough to compare all pairs. */
#define JOB_LIST_MAX 256
/* resolv.conf(5): what every libc since 2000 takes; the rest would be ignored without a word. */
#define NAMESERVERS_MAX    3
#define SEARCH_DOMAINS_MAX 6

/* A token goes on the kernel command line, which has 2 KB in all. */
#define TOKEN_BYTES_MAX 256

/* A response head: 8 KB is what common servers send at most; twice that is generous. */
#define HTTP_HEAD_MAX    (16 * 1024)
#define HTTP_HEADERS_MAX 64
/* 1xx answers before the real one: a peer that sends more is playing for time. */
#define HTTP_INTERIM_MAX 8
/* Chunk headers, extensions and trailers between two data bytes: a peer that sends more sends junk. */
#define HTTP_CHUNK_OVERHEAD_MAX (16 * 1024)
#define HTTP_REDIRECTS_MAX      5
/* The rest of an unwanted body: up to here reading it is cheaper than a new handshake. */
#define HTTP_DRAIN_MAX (16 * 1024)
/* A JSON answer of the service (hello, events, error): a few hundred bytes in fact. */
#define SERVICE_ANSWER_MAX (16 * 1024)

/* A name with more addresses than this would cost minutes when none answers. */
#define NET_ADDRESSES_MAX 8
/* Time limits: a SYN is resent after 1, 3 and 7 s; a busy service may think before it answers; a stalled
 * stream must outlast a switch's spanning-tree outage of 50 s. */
#define NET_CONNECT_MS    10000
#define NET_FIRST_BYTE_MS 30000
#define NET_STALL_MS      60000
/* The least rate of a body, 110 bytes a second, over ten minutes of waiting for the peer: one that gives a few bytes now
 * and then would hold an installation for months. One piece of a stream, so less than that is no progress either. */
#define NET_RATE_MS    600000
#define NET_RATE_BYTES FETCH_PIECE
/* Consecutive failures without one piece of progress: with the backoff about three minutes, a service's restart. */
#define NET_RETRIES        10
#define NET_BACKOFF_MS     500
#define NET_BACKOFF_MAX_MS 30000
/* Retry-After: a service that asks for more patience than this is down. */
#define NET_RETRY_AFTER_MAX_S 120

/* The first contact: DHCP, spanning tree and a restart of the service together take less. */
#define CONTACT_PATIENCE_S 300

/* After a failure: an installation that fails at once each time must not keep the service busy. */
#define AGAIN_PAUSE_S 10

/* The trust anchors: one CA, or a few while one replaces another. */
#define TRUST_BYTES_MAX   (64 * 1024)
#define TRUST_ANCHORS_MAX 16
/* A server's certificate: 2 KB is usual; BearSSL's handshake buffer takes no more than this either. */
#define CERT_BYTES_MAX (16 * 1024)

/* A stream is written in pieces of this size: fewer system calls, and a pipe's default capacity. */
#define FETCH_PIECE (64 * 1024)

/* One event: must fit in one message of a socket pair (208 KB by default) with room for others; texts
 * and lines are capped so that they fit even when JSON doubles every byte. */
#define EVENT_BYTES_MAX (48 * 1024)
#define EVENT_TEXT_MAX  (20 * 1024)
#define EVENT_LINES_MAX 40
/* Events in one request: a few dozen keep the service's transaction short. */
#define REPORT_BATCH_MAX 64
/* Its bytes: far less than the service takes at once, and sent within NET_FIRST_BYTE_MS at 9 KB/s. */
#define REPORT_BATCH_BYTES_MAX (256 * 1024)
/* The parent's queue while the reporter is busy, and the reporter's while the service is away: the
 * smallest VM has 96 MiB. Notes and plans give way first; begin, end, error and state are few. */
#define REPORT_QUEUE_MAX   (256 * 1024)
#define REPORT_PENDING_MAX (1024 * 1024)
#define REPORT_SPOOL_MAX   (4 * 1024 * 1024)

/* Input and output buffer of a decompressor: large enough to make system calls cheap, small enough for the CPU's cache. */
#define STREAM_BUFFER (256 * 1024)

/* What an unpack reads from its pipe at once: a pipe of this capacity is emptied in one system call. */
#define EXTRACT_BUFFER (1024 * 1024)
/* Nested directories of an archive: each level holds a file descriptor; real systems stay below 64. */
#define EXTRACT_DEPTH_MAX 256
/* Files whose ACL names users without numbers wait for etc/passwd: 2 KB each. */
#define EXTRACT_NAMED_ACLS_MAX 4096
/* etc/passwd and etc/group of the new system: tens of thousands of accounts. */
#define ACCOUNTS_BYTES_MAX (4 * 1024 * 1024)

/* A configuration file of the new system that is read to be changed; passwd of a large site is 1 MB. */
#define TARGET_READ_MAX (4 * 1024 * 1024)

/* A disk that takes nothing for this long, while an unpack waits for it, has failed. */
#define UNPACK_STALL_S 600

/* A kernel module: the largest of today's (amdgpu, with debug information) stay below this. */
#define MODULE_BYTES_MAX MIB(64)
/* Modules of one kernel: distributions ship 2000 to 7000. */
#define MODULES_MAX 16384
/* modules.dep, modules.alias and the like: 2 MB at most in distributions. */
#define MODULES_FILE_MAX (16 * 1024 * 1024)

/* A device's modalias: the kernel's own are up to 400 bytes (dmi). */
#define MODALIAS_BYTES_MAX 1024

/* First boot: switches and DHCP take a minute, a service under repair a few; then a person must look. */
#define FIRST_BOOT_PATIENCE_S   900
#define FIRST_BOOT_PAUSE_MS     1000
#define FIRST_BOOT_PAUSE_MAX_MS 16000
/* One that is taken over: what it has not delivered within this time, its successor does; which waits for its end. */
#define FIRST_BOOT_LEAVE_S    5
#define FIRST_BOOT_HANDOVER_S 60
/* While it is held: the release comes with the answer to the next heartbeat. */
#define FIRST_BOOT_HEARTBEAT_S 10
/* How long the service may keep a question for a peer's state: a heartbeat is due then, and the answer has to begin
 * within NET_FIRST_BYTE_MS. */
#define PEER_WAIT_S 10

/* A database server that is starting: recovery after a power cut reads its logs, minutes on slow disks. One whose
 * init script has given up may still come, since scripts wait for half a minute only. */
#define DATABASE_START_S        300
#define DATABASE_FAILED_START_S 60
/* What the system says of its service then: twenty lines of its log, and some about it. */
#define DATABASE_STATUS_MAX (8 * 1024)
/* One statement to it: to drop a large database that is half loaded takes minutes. */
#define DATABASE_ASK_S 1800
/* A load that takes no more of its dump: an index of a table of hundreds of gigabytes is made in one statement. */
#define DATABASE_LOAD_STALL_S (6 * 3600)
/* Dumps loaded at once: more only share the same disks. */
#define DATABASE_PARALLEL_MAX 4
/* What a client program answers: the status of a replica has some 4 KB, of which texts of errors are the most. */
#define DATABASE_ANSWER_MAX (16 * 1024)
/* The list of a master's binary logs: some 25 bytes each, and one that keeps them for months has thousands. */
#define DATABASE_LOGS_MAX (1024 * 1024)
/* A master that is complete may be restarting. */
#define DATABASE_MASTER_S 60
/* The head of a dump, before what a database consists of: 2 KB; room for long comments. */
#define DUMP_HEAD_MAX (64 * 1024)
/* The installed system's log, twice with the one before: months of notes about lag, and the output of hooks and puppet. */
#define LOG_BYTES_MAX (1024 * 1024)
/* Between first boot and cutover: an order to cut over comes with the answer to a heartbeat; people wait for it. */
#define ATTEND_HEARTBEAT_S 20
/* The lag is looked at so often, and told so often when it is the usual. */
#define ATTEND_LAG_S  30
#define ATTEND_TELL_S 900
/* Seconds behind its master that are worth a word, and those after which all is well again. */
#define ATTEND_BEHIND_S 60
#define ATTEND_WELL_S   10
/* The service may be away when the VM has to go down, or is cut over. */
#define ATTEND_REPORT_S 30
/* The tunnel to the old platform: ssh's login, three times over. */
#define DATABASE_TUNNEL_S 90
/* Its port on this VM is the first free one of these: below the ports of outgoing connections, which begin at 32768. */
#define DATABASE_TUNNEL_PORT  13306
#define DATABASE_TUNNEL_PORTS 64
/* A tunnel that does not come is tried again so often: after a cut at once, later with patience. */
#define TUNNEL_PAUSE_MAX_S 30
/* What is told of a hook's output: must fit an event. */
#define HOOK_OUTPUT_MAX (16 * 1024)

/* Patterns of one tree that is brought up to date: each is compared with every path of it. */
#define SYNC_EXCLUDES_MAX 64
/* An rsync that moves nothing: a large tree on slow disks is looked through for minutes before its first byte. */
#define SYNC_STALL_S 1800
/* A question to the old VM, after its login; and the answer, a program's version and what it can do. */
#define SYNC_ASK_S      120
#define SYNC_ANSWER_MAX 8192
/* The service takes the report: its restart; people wait for this. */
#define SYNC_REPORT_S 60
/* The same after a growth, which is done by then. */
#define GROW_REPORT_S 30
/* The lines about past passes: thousands of them. */
#define SYNC_PASSES_BYTES_MAX (256 * 1024)

/* A program that only tells its version. */
#define SSH_VERSION_S 30

/* Whatever flushes a firewall's tables opens the quarantine for so long at most: four short programs, for weeks. */
#define ATTEND_QUARANTINE_S 60
/* The quarantine's own scripts: seconds, and longer while another firewall holds the lock. */
#define QUARANTINE_SCRIPT_S 120

/* Cutover. Rules of a firewall or links of an init system: seconds, minutes on a machine that swaps. */
#define CUTOVER_COMMAND_S 120
/* A service that starts or stops: systemd's own limit is 90 s, a database's recovery takes longer. */
#define CUTOVER_SERVICE_S 300
/* A run of puppet: a first catalog with packages to install, and another run's end before it. */
#define CUTOVER_PUPPET_S       1800
#define CUTOVER_PUPPET_PAUSE_S 5
/* A replica gets the last of what its read-only master wrote: the window of a cutover is short. */
#define CUTOVER_LAG_S 600
/* A process that keeps the tunnel sees that it is over. */
#define CUTOVER_TUNNEL_S 15
/* The service takes the report: its restart; people wait for this. */
#define CUTOVER_REPORT_S 60
/* What is told of a command's output: must fit an event. */
#define CUTOVER_OUTPUT_MAX (16 * 1024)

/* A merge of a snapshot that moves nothing: a disk that takes nothing for this long has failed. */
#define SNAPSHOT_STALL_S 600

/* Free bytes that a booting system's logs, locks and package state take at the very least. */
#define ROOT_FREE_MIN MIB(16)

/* How long the slim initrd waits for the root's disks by itself: SAN and RAID controllers take up to half a minute. */
#define BOOT_PATIENCE_S 30
/* Block devices that it looks at: disks and their partitions. */
#define BOOT_DEVICES_MAX 1024
/* The kernel's command line (at most 4 KiB) and the slim initrd's list of modules. */
#define BOOT_FILE_MAX (64 * 1024)

#endif
