/* SPDX-License-Identifier: MIT */
/* Event masks as the server reads them, which is not always as they look. */
#ifndef AMI__MASK_H
#define AMI__MASK_H

#include <stdbool.h>

#include "sentences.h"

/* The classes that the server takes from the Events of a Login or the EventMask of Events; false
 * when that is not certain. Writes a sentence about each part that it reads otherwise than it
 * looks. */
bool ami__mask_read(const char *text, unsigned *classes, struct ami__sentences *odd);

#endif
