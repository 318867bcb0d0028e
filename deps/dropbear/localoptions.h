/*
 * What dropbear is compiled with beyond its defaults: a server that takes keys and nothing else. What is off here can't
 * be turned on by an option or a mistake in the initrd. Names and meanings: default_options.h of dropbear.
 */
#define DROPBEAR_SVR_PASSWORD_AUTH 0
#define DROPBEAR_SVR_PAM_AUTH      0

/* A shell and files, no way through: neither ports nor agents are forwarded. */
#define DROPBEAR_SVR_LOCALTCPFWD  0
#define DROPBEAR_SVR_REMOTETCPFWD 0
#define DROPBEAR_SVR_AGENTFWD     0
#define INETD_MODE                0

/* SHA-1 is no longer needed by any client that can reach a VM of today. */
#define DROPBEAR_SHA1_HMAC       0
#define DROPBEAR_RSA_SHA1        0
#define DROPBEAR_DH_GROUP14_SHA1 0

/* No sftp-server is in the initrd: scp needs -O. */
#define DROPBEAR_SFTPSERVER 0
