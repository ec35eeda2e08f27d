/* SPDX-License-Identifier: MIT */
#ifndef AMI_VERSION_H
#define AMI_VERSION_H

/* The version of these headers; ami_version() tells that of the library in use. */
#define AMI_VERSION_MAJOR 0
#define AMI_VERSION_MINOR 1
#define AMI_VERSION_PATCH 0
#define AMI_VERSION       "0.1.0"

#endif
