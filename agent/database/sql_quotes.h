/* For the lexer's own files: strings and names in quotes. */
#ifndef NEWROOT_DATABASE_SQL_QUOTES_H
#define NEWROOT_DATABASE_SQL_QUOTES_H

#include "database/sql_lexer.h"

/* From the quote here to behind the one that ends it. */
void sql_skip_quoted(struct sql_lexer *lexer);
/* PostgreSQL: the string that begins with the dollar here, "$$" or "$body$", is behind us then. False: there is none. */
bool sql_skip_dollars(struct sql_lexer *lexer);
/* The word that ends here, of SQL_WORD_MAX letters at most: its size. */
size_t sql_word_behind(const struct sql_lexer *lexer);
/* A word whose end the programs of different years see elsewhere, when a quote or a dollar is behind it: "1$$", "1E'". */
bool sql_is_number(const char *word, size_t size);

#endif
