/* For the rules of MySQL: the readers that their files have of each other. */
#ifndef NEWROOT_DATABASE_SQL_MYSQL_H
#define NEWROOT_DATABASE_SQL_MYSQL_H

#include "database/sql_rules.h"

/* What changes users: refused but in the server's own database. */
sql_reader sql_mysql_users;
/* Passes at the statement's end, and reads up to there. */
sql_reader sql_mysql_pass;
enum sql_verdict sql_mysql_elsewhere(struct sql_statement *statement);

/* A name, `shop`.`customer`, which must be of this database; then statement->behind_name reads on. */
sql_reader sql_mysql_name;
/* Behind one: "a, b", "a TO b, c TO d", "a WRITE, b AS x READ". */
sql_reader sql_mysql_listed;

sql_reader sql_mysql_create, sql_mysql_drop, sql_mysql_alter, sql_mysql_rename;
/* LOCK, ANALYZE, OPTIMIZE and the like, of tables. */
sql_reader sql_mysql_tables;

/* Behind a stored program's name. */
sql_reader sql_mysql_program, sql_mysql_function;

sql_reader sql_mysql_set;

#endif
