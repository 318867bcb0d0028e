#include "http/anchors.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "site/ca.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char present_id[CA_ANCHORS_ID], *present;

int anchors_load(const struct data *data, struct err *err)
{
	char id[CA_ANCHORS_ID], *text, *old;

	if (ca_anchors(data, id, &text, err) < 0)
		return -1;
	pthread_mutex_lock(&lock);
	old = present;
	present = text;
	memcpy(present_id, id, sizeof(present_id));
	pthread_mutex_unlock(&lock);
	free(old);
	return 0;
}

void anchors_free(void)
{
	free(present);
	present = NULL;
}

char *anchors_news(const char *known)
{
	char *news = NULL;

	if (!known[0])
		return NULL;
	pthread_mutex_lock(&lock);
	if (present && strcmp(known, present_id) != 0)
		news = strdup(present);
	pthread_mutex_unlock(&lock);
	return news;
}
