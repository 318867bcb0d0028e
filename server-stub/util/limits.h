/*
 * Every cap of the service, each with its reason. Nothing from the network grows past one of these.
 * Not to be included beside the agent's base/limits.h: both sides cap the same things.
 */
#ifndef SERVER_UTIL_LIMITS_H
#define SERVER_UTIL_LIMITS_H

/* A body of events: all that an agent has spooled while the service was away (its REPORT_PENDING_MAX). */
#define EVENTS_BODY_MAX (2 * 1024 * 1024)
/* Events in one body: a batch is one transaction, and short transactions keep answers quick. */
#define EVENTS_PER_BODY_MAX 2000
/* One event: an error with 20 lines of stderr and 20 of the kernel log is about 10 KiB; a plan is more. */
#define EVENT_BYTES_MAX (128 * 1024)
/* Bytes of events that a VM may send in a minute: ten events a second of 1.7 KiB. */
#define VM_BYTES_PER_MINUTE (1024 * 1024)
/* And at once, after a while without: two bodies of all that an agent has spooled. */
#define VM_BYTES_AT_ONCE (4 * 1024 * 1024)
/* Bodies of one VM that are on their way: one whole, and one of another boot or a connection that was cut. */
#define VM_BODIES_MAX (4 * 1024 * 1024)
/* Bytes of events that are kept for a VM: 200 installations of a chatty one. The oldest boots go first. */
#define VM_EVENT_BYTES_MAX (256LL * 1024 * 1024)
/* Bytes that a VM sends between two looks at how much that is: such a look reads all of it. */
#define VM_WEIGHED_BYTES (16 * 1024 * 1024)
/* Free space in which no agent's writes are taken any more, unless `serve --reserve` says otherwise: for what operators do. */
#define DISK_RESERVE_MIB     256
#define DISK_RESERVE_MIB_MAX (1 << 30)
/* Seconds between two lines in the log about a disk that is full. */
#define DISK_TOLD_SECONDS 60
/* The log of the store shrinks to that, and freed pages go back to the filesystem by so many at once. */
#define STORE_LOG_BYTES  16777216
#define STORE_TIDY_PAGES 4096
#define STORE_TIDY_MS    10000
/* Seconds after which whoever is refused for want of room may come again, where nothing better is known. */
#define RETRY_SECONDS 5
/* A begin or end of a step: a timeline is made of 2,000 of them. */
#define STEP_EVENT_BYTES_MAX (8 * 1024)
/* When an event may have been: until the year 9999, which is what people and programs can write. */
#define EVENT_MS_MAX INT64_C(253402300799999)
/* Sequence numbers of one boot: a day of ten events a second stays below. */
#define EVENT_SEQ_MAX 1000000
/* Events kept for one VM, all boots together: fills no disk, however often a VM reports. */
#define VM_EVENTS_MAX 1000000
/* Boots kept for one VM: a VM that reboots without end must not fill the store. */
#define VM_BOOTS_MAX 1000
/* Moves of one VM in its history, and as much that was refused or only noted: an agent or creator that asks in vain fills no disk. */
#define VM_CHANGES_MAX 500
/* The same of what operators, creators and imports did: they are authenticated, and what they did is evidence. */
#define VM_CHANGES_BY_OTHERS_MAX 5000
/* New boots of one VM in an hour: one that crashes and restarts at once makes fewer, one that invents boots is stopped. */
#define VM_BOOTS_PER_HOUR 60
/* Boots of which only the beginnings and ends of steps, errors and states are left, and how many of these of one boot. */
#define VM_BOOTS_TRIMMED_MAX    2000
#define BOOT_TRIMMED_EVENTS_MAX 200
/* Refusals of one address (IPv6: of a /64) that are written at once, and seconds until there is room for one more. */
#define REFUSED_AT_ONCE 20
#define REFUSED_SECONDS 10
/* Such addresses; more of them share one row. */
#define REFUSED_ADDRESSES_MAX 256
/* Different refusals (address and reason) kept for one VM; the oldest go first. */
#define VM_REFUSALS_MAX 64

/* A job: the agent reads no larger one (its JOB_BYTES_MAX). */
#define JOB_TEXT_MAX (512 * 1024)
/* A VM's or group's name: a host name's label or two, readable in a table. */
#define VM_NAME_MAX 63
/* A step's or state's name, as the agent writes them. */
#define STEP_NAME_MAX 31
/* "code: message" of a VM's last error: what a person reads in one paragraph. */
#define VM_ERROR_MAX 1023
/* What a step is at: an archive's URL or a mount point, cut where a table cuts it anyway. */
#define VM_ITEM_MAX 127
/* What a VM waits for, in words for a person: one or two names. */
#define VM_WAITING_MAX 255
/* Final addresses of a VM as text: 16 IPv6 addresses. */
#define VM_FINALS_MAX (16 * 46)
/* What a creator needs to know of a VM, as JSON. */
#define VM_SPEC_MAX (64 * 1024)
/* A migration document: a data centre's 10,000 VMs of a job's usual 4 KiB. */
#define MIGRATION_BYTES_MAX (40 * 1024 * 1024)
#define MIGRATION_VMS_MAX   10000
/* Packages of defaults in one document, and those that one VM or package names: a few are in use, more are a mistake. */
#define MIGRATION_PACKAGES_MAX 64
#define MIGRATION_USE_MAX      16
/* Old addresses of one VM: its spec has to fit VM_SPEC_MAX, and all are compared with all. */
#define MIGRATION_PUBLIC_MAX 16
/* Addresses of a pool: more hosts than one network segment holds. */
#define MIGRATION_POOL_MAX 65536
/* A VM's hardware: beyond what today's hypervisors make, so that only slips are refused. */
#define MIGRATION_CPUS_MAX       1024
#define MIGRATION_DISKS_MAX      64
#define MIGRATION_MEMORY_MAX_MIB (64 << 20)
#define MIGRATION_DISK_MAX_MIB   (1 << 30)
/* And below what the in-memory system unpacks into, or /boot and a root filesystem fit on. */
#define MIGRATION_MEMORY_MIN_MIB 64
#define MIGRATION_DISK_MIN_MIB   64
/* Seconds a creator's claim on a VM lasts unless it says so again: longer than a clone takes in most clouds. */
#define LEASE_SECONDS 300
/* A token as text: 128 random bits in hex keep a kernel command line short. */
#define TOKEN_TEXT_MAX 32
/* A pxelinux APPEND line: the kernel takes 2048 bytes, of which a part is the boot loader's. */
#define BOOT_PARAMETERS_MAX 1024

/* A URL path below /v1/archives/: what PATH_MAX-minded tools on both sides handle. */
#define ARCHIVE_PATH_MAX 1024
/* Folders below archives/ that are listed: deeper is a mistake or a loop. */
#define ARCHIVE_DEPTH_MAX 16
/* One read of a file that is sent: a TLS record. Measured: 4 KiB takes twice the CPU, more saves none. */
#define SEND_BLOCK (16 * 1024)
/* One read of an archive that is hashed. */
#define HASH_BLOCK (256 * 1024)

/* Settings, keys and certificates read into memory. */
#define SMALL_FILE_MAX (256 * 1024)

/* Connections at once: 5,000 agents that report, some of which fetch. Each costs about 45 KiB with its TLS state. */
#define HTTP_CONNECTIONS_MAX 8192
/* Connections of one address: an agent's four, and room for several VMs behind one address. */
#define HTTP_CONNECTIONS_PER_ADDRESS 64
/* Seconds without a byte: longer than an agent that waits for its disk, shorter than a forgotten peer. */
#define HTTP_IDLE_SECONDS 120
/* Seconds for the handshake and the head of the first request, however slowly the bytes come: twenty round trips of a bad link. */
#define HTTP_HEAD_SECONDS 20
/* Seconds for a body: the largest one at 35 KiB a second. */
#define HTTP_BODY_SECONDS 60
/* Seconds for an answer to somebody who is not known: boot files of 30 MiB at 50 KiB a second. */
#define HTTP_ANSWER_SECONDS 600
/* Of all connections, strangers may have this part (one in …), and those of one network (a /24, a /64) that one. */
#define HTTP_STRANGERS_PART 2
#define HTTP_PREFIX_PART    4
/* And this part is left for addresses where an operator was let in. */
#define HTTP_OPERATORS_PART 16
/* Such addresses that are remembered, and those of VMs whose address is not stored: the oldest goes first. */
#define KNOWN_OPERATORS_MAX 64
#define KNOWN_VMS_MAX       256
/* Seconds between two lines in the log about places that are taken. */
#define CONNECTIONS_TOLD_SECONDS 60
/* Memory for a connection's headers. */
#define HTTP_HEADERS_MAX (32 * 1024)
/* All bodies of agents that are being received, together; what operators and creators send is small, and not counted. */
#define HTTP_BODIES_MAX (64 * 1024 * 1024)
/* Threads that speak TLS: enough that a slow disk read does not stall the others. */
#define HTTP_THREADS_MAX 8

/* Seconds after a cutover within which the VM may still speak: its last report, told again as an answer got lost, or an undo. */
#define CUT_OVER_GRACE_SECONDS 600
/* Seconds within which a VM was heard of that can be told to cut itself over: it says something at least every minute. */
#define ATTENDS_SECONDS 180

/* Seconds an operator stays logged in to the page: a working day. */
#define LOGIN_SECONDS (12 * 60 * 60)
/* And without any use of it: a browser that was closed and forgotten. The page's live streams are use. */
#define LOGIN_IDLE_SECONDS (60 * 60)
/* Sessions at once: a team with several browsers each. */
#define LOGIN_SESSIONS_MAX 64
/* Wrong tokens from one address in a minute, before it has to wait: a person's slips, not a guesser's. */
#define LOGIN_FAILURES_PER_MINUTE 10
#define LOGIN_WAIT_SECONDS        60
/*
 * Wrong tokens that are kept in the audit, which nothing is ever taken out of: so many of one address (IPv6: of a /64) at once and one
 * more in so many seconds, and of all addresses together. What is left out is counted.
 */
#define WRONG_TOKENS_AT_ONCE     5
#define WRONG_TOKENS_SECONDS     600
#define ALL_WRONG_TOKENS_AT_ONCE 60
#define ALL_WRONG_TOKENS_SECONDS 60
/* Addresses whose failures are counted; the oldest row goes first. */
#define LOGIN_ADDRESSES_MAX 256
/* A body of an operator or creator: a creator's message is the longest of it. */
#define SMALL_BODY_MAX (4 * 1024)
/* What a creator says of a failure: it has to fit into VM_ERROR_MAX with what is put before it. */
#define CREATOR_MESSAGE_MAX 900
/* VMs in one answer to a creator: it takes them one by one, and asks again. */
#define NEEDS_LISTED_MAX 200
/* Begins and ends of steps that a timeline is made of: sixty installations. */
#define TIMELINE_EVENTS_MAX 2000
/* Events in one answer. */
#define EVENTS_LISTED_MAX 1000
/* Bytes of them, and of one piece of a live log: a thread that answers is with nobody else meanwhile. */
#define EVENTS_LISTED_BYTES (4 * 1024 * 1024)
#define LIVE_LOG_BYTES      (1024 * 1024)

/* Live streams at once: each holds its connection, and for a moment all VMs as text. */
#define HTTP_STREAMS_MAX 64
/* Milliseconds between two looks for changes while somebody waits for one: quick enough for a person's eye. */
#define LIVE_INTERVAL_MS 250
/* Seconds after which a silent stream says that it lives: below what proxies and browsers cut off. */
#define LIVE_PING_SECONDS 15
/* Events of the past that a live log begins with: a few screens. */
#define LIVE_LOG_EVENTS 200
/* Seconds that a request for a peer's state may be kept waiting: below HTTP_IDLE_SECONDS and the agent's patience. */
#define PEER_WAIT_SECONDS 60

/*
 * Seconds without a word after which the boot that has the job counts as lost, when another one waits: an agent that
 * works says something every ten seconds.
 */
#define JOB_SILENT_SECONDS 60

/* Requests waiting for the store: beyond this the service says so instead of queueing for minutes. */
#define WRITER_QUEUE_MAX 8192
/* Requests committed together by one fsync. */
#define WRITER_BATCH_MAX 256
/* Milliseconds that one process waits for another's transaction (the command line beside serve). */
#define STORE_BUSY_MS 10000

/* Bits of the network of configuration mode: room for the service and a VM at least; a larger one than 8 bits leave is a slip. */
#define NET_PREFIX_MIN 8
#define NET_PREFIX_MAX 30
/* Seconds of a DHCP lease: an address given to another VM's MAC is free for it after that long. */
#define NET_LEASE_SECONDS 600
/* Files that dnsmasq's TFTP sends at once: a whole group that is started together. */
#define NET_TFTP_MAX 200

/* Milliseconds between two looks of the keeper at the store: a change is in place before an operator can act on it. */
#define KEEPER_LOOK_MS 250
/* Such looks between two at archives that VMs wait for: 5 s. */
#define KEEPER_SLOW_ROUNDS 20
/* VMs whose archives are looked for at once: 5,000 that wait are all seen within a minute, at little cost. */
#define KEEPER_ARCHIVES_MAX 500

/* Seconds between two looks for archives that are new, and for which one has to lie unchanged: a copy over the network pauses. */
#define READING_LOOK_SECONDS    5
#define READING_SETTLED_SECONDS 10

/* Columns that watch fills: a line of it is a table's, and no wider one is read. */
#define SHEET_WIDTH_MAX 300
/* A line of that width in characters of four bytes, and all its colours. */
#define SHEET_LINE_BYTES 2048
/* Milliseconds between two looks of watch at the store: what changes is seen at once, and it costs a query. */
#define WATCH_POLL_MS 500
/* Seconds without an event after which an agent that installs counts as silent: three heartbeats. */
#define SILENT_SECONDS 30

/* Refusals of one kind logged in a second, and of one address among them: a hostile peer must neither fill the log nor hide others. */
#define LOG_REFUSED_PER_SECOND 20
#define LOG_PEER_PER_SECOND    12
/* Kinds: one for each code, and the connections' own. An address as text. */
#define LOG_KINDS_MAX 40
#define LOG_PEER_TEXT 46

#endif
