/* For the lexer's own files: what is the client's alone, and never reaches the server: delimiters, variables, the end of rows. */
#ifndef NEWROOT_DATABASE_SQL_CLIENT_H
#define NEWROOT_DATABASE_SQL_CLIENT_H

#include "database/sql_lexer.h"

/* MySQL: is the word here DELIMITER? */
bool sql_is_delimiter_command(struct sql_lexer *lexer);
/* "DELIMITER ;;" is `line`, and here. Fails when it is none that the client, too, would take. */
void sql_set_delimiter(struct sql_lexer *lexer, const char *line);
/* PostgreSQL: a colon is here. Fails when psql would put a variable's value in its place. */
void sql_check_variable(struct sql_lexer *lexer);

#endif
