/* For the lexer's own files: comments, and those that servers execute. */
#ifndef NEWROOT_DATABASE_SQL_COMMENTS_H
#define NEWROOT_DATABASE_SQL_COMMENTS_H

#include "database/sql_lexer.h"

bool sql_is_line_comment(struct sql_lexer *lexer);
/* A comment here is behind us then; of one that is executed, its mark. False: there is none here. */
bool sql_skip_comment(struct sql_lexer *lexer);

#endif
