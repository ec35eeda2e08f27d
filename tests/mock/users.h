/* Who may log in, from a manager.conf or built in; and the classes of rights and events. */
#ifndef AMI_MOCK_USERS_H
#define AMI_MOCK_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

enum {
    AMI_MOCK_SYSTEM = 1,
    AMI_MOCK_CALL = 2,
    AMI_MOCK_COMMAND = 16,
    AMI_MOCK_AGENT = 32,
    AMI_MOCK_USER = 64,
    AMI_MOCK_CONFIG = 128,
    AMI_MOCK_REPORTING = 512,
    AMI_MOCK_DIALPLAN = 2048,
    AMI_MOCK_ORIGINATE = 4096,
    AMI_MOCK_AGI = 8192,
    AMI_MOCK_AOC = 65536,
    AMI_MOCK_SECURITY = 262144,
    AMI_MOCK_MESSAGE = 1 << 30,
    AMI_MOCK_ALL = 0x7fffffff
};

struct ami_mock_user {
    char *name, *secret;
    int read, write;
    bool alone; /* allowmultiplelogin=no */
    struct ami_mock_user *next;
};

struct ami_mock_users {
    struct ami_mock_user *first;
    bool alone;      /* what [general] says for those who say nothing */
    int authlimit;   /* sessions that may be connected and not logged in; 0: any number */
    int authtimeout; /* seconds such a session may last; 0: for ever */
};

/* conf NULL: the built-in users. False, and a sentence in why, if the file cannot be used. */
bool ami_mock_users_load(struct ami_mock_users *users, const char *conf, char *why, size_t size);
void ami_mock_users_free(struct ami_mock_users *users);
/* Without case, as the server does. */
const struct ami_mock_user *ami_mock_user_find(const struct ami_mock_users *users,
                                               const char *name);

/* "call,all": how a set of classes is written in Privilege headers. */
void ami_mock_classes_write(struct ami_mock_text *text, int classes);
/* A comma list of classes, as rights are given. */
int ami_mock_classes_parse(const char *list);
/* A mask as EventMask gives it, which may be a number or a truth value, too; -1 if there is none.
   Of names only those of the known classes count. */
int ami_mock_mask_parse(const char *s, int known);

#endif
