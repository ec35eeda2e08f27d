# SPDX-License-Identifier: MIT
# libami: `make` builds, `make check` tests, `make deps` installs what both need. V=1 shows commands.

prefix      ?= /usr/local
exec_prefix ?= $(prefix)
bindir      ?= $(exec_prefix)/bin
libdir      ?= $(exec_prefix)/lib
includedir  ?= $(prefix)/include
mandir      ?= $(prefix)/share/man
INSTALL     ?= install
PKG_CONFIG  ?= pkg-config

BUILD   ?= build
# Sanitizers for everything that is built, such as SAN=address,undefined.
SAN     ?=
VERSION := $(shell sed -n 's/^.define AMI_VERSION  *"\(.*\)"/\1/p' include/ami/version.h)
SONAME  := libami.so.0

CFLAGS ?= -O2 -g
# A newer compiler's new warning breaks no user's build; `make WERROR=-Werror` is how it must be.
WERROR ?=
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
# Asked of pkg-config when a command runs, so that `make deps all` finds what deps has installed.
crypto_cflags = $(shell $(PKG_CONFIG) --cflags libssl)
crypto_libs   = $(shell $(PKG_CONFIG) --libs libssl libcrypto)
sanitize      = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
to_object = -pthread -D_POSIX_C_SOURCE=200809L -Iinclude -I$(BUILD)/include $(sanitize) \
            $(CPPFLAGS) $(crypto_cflags) $(CFLAGS) -MMD -MP -c -o $@ $<
compile     = $(CC) -std=c11 $(WARNINGS) $(to_object)
compile_cxx = $(CXX) -std=c++17 -Wall -Wextra -Wpedantic -Wshadow $(WERROR) $(to_object)
link_flags  = -pthread $(sanitize) $(CFLAGS) $(LDFLAGS)
link        = $(CC) $(link_flags)

Q   := $(if $(V),,@)
say  = $(if $(V),,@echo "  $(1)	$@")

sources  := $(wildcard libami/*.c)
objects  := $(sources:libami/%.c=$(BUILD)/static/%.o)
pic      := $(sources:libami/%.c=$(BUILD)/shared/%.o)
mock     := $(patsubst tests/mock/%.c,$(BUILD)/mock/%.o,\
              $(filter-out tests/mock/test_% tests/mock/main.c tests/mock/bench.c,\
                $(wildcard tests/mock/*.c)))
examples := $(patsubst examples/%.c,$(BUILD)/examples/%,\
              $(filter-out examples/cli.c examples/console.c,$(wildcard examples/*.c))) \
            $(BUILD)/examples/wrap
tests    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c)) \
            $(patsubst tests/mock/%.c,$(BUILD)/tests/%,$(wildcard tests/mock/test_*.c))
plain_tests := $(BUILD)/tests/test_parser_plain $(BUILD)/tests/test_vectors_plain
tests    += $(plain_tests)
helpers  := $(patsubst tests/%.c,$(BUILD)/tests/%.o,\
              $(filter-out tests/test_% tests/bad_server.c tests/downstream.c tests/syscalls.c,\
                $(wildcard tests/*.c))) \
            $(BUILD)/tests/bench.o
loops    := epoll glib libev libevent libuv poll sdevent
# What the benchmarks share; each of the others is one.
bench_parts := bench peer replies splitter
asterisk := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/asterisk/*.c))
benches  := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,\
              $(filter-out $(bench_parts:%=tests/bench/%.c),$(wildcard tests/bench/*.c)))
headers  := $(wildcard include/ami/*.h) $(BUILD)/include/ami/actions.h
adapters := $(wildcard include/ami/adapters/*.h)
pages    := $(wildcard man/*.[137])

.PHONY: all check check-asan check-tsan check-valgrind check-asterisk check-install check-layers check-man \
        check-symbols check-headers bench fuzz fuzzers demo deps install uninstall clean format
.DELETE_ON_ERROR:
.SECONDARY:

all: $(headers) $(BUILD)/libami.a $(BUILD)/libami.so $(BUILD)/ami-mock $(BUILD)/ami.pc $(examples)

# Whatever is compiled or run waits for deps, if that is asked for, too.
after_deps := $(if $(filter deps,$(MAKECMDGOALS)),deps)
check bench demo: | $(after_deps)

# ---- The library ---------------------------------------------------------------------------

$(BUILD)/catalog_rows.h: libami/catalog.awk libami/catalog.tsv libami/events.tsv
	@mkdir -p $(@D)
	$(call say,AWK)
	$(Q)awk -f $^ > $@

$(BUILD)/static/catalog.o $(BUILD)/shared/catalog.o: $(BUILD)/catalog_rows.h
$(BUILD)/static/catalog.o $(BUILD)/shared/catalog.o: override CPPFLAGS += -I$(BUILD)

# Typed calls: a header made from the catalogue.
$(BUILD)/include/ami/actions.h: libami/catalog.tsv libami/actions.awk libami/actions.h.in
	@mkdir -p $(@D)
	$(call say,AWK)
	$(Q)awk -f libami/actions.awk libami/catalog.tsv libami/actions.h.in > $@

$(tests:%=%.o) $(benches:%=%.o) $(examples:%=%.o): | $(BUILD)/include/ami/actions.h

$(BUILD)/static/%.o: libami/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(compile) -fvisibility=hidden

# Without tables for unwinding, which are a tenth of it: profilers and debuggers follow the frames.
$(BUILD)/shared/%.o: libami/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(compile) -fvisibility=hidden -fPIC -fno-asynchronous-unwind-tables -fno-omit-frame-pointer

$(BUILD)/libami.a: $(objects)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/libami.so.$(VERSION): $(pic) libami/libami.map
	$(call say,LINK)
	$(Q)$(link) -shared -Wl,-soname,$(SONAME) -Wl,--version-script,libami/libami.map \
	    -Wl,-Bsymbolic-functions \
	    $(if $(SAN),,-Wl,-z,defs) -o $@ $(pic) $(crypto_libs) $(LDLIBS)

$(BUILD)/libami.so: $(BUILD)/libami.so.$(VERSION)
	$(Q)ln -sf libami.so.$(VERSION) $(BUILD)/$(SONAME) && ln -sf $(SONAME) $@

# Made anew each time: it holds the directories of this very command.
.PHONY: $(BUILD)/ami.pc
$(BUILD)/ami.pc: ami.pc.in
	@mkdir -p $(@D)
	@sed -e 's|@prefix@|$(prefix)|' -e 's|@libdir@|$(libdir)|' \
	    -e 's|@includedir@|$(includedir)|' -e 's|@version@|$(VERSION)|' $< > $@

# ---- The mock server, the examples, the tests ----------------------------------------------

$(BUILD)/mock/%.o: tests/mock/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(compile)

$(BUILD)/libami-mock.a: $(mock)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/ami-mock: $(BUILD)/mock/main.o $(BUILD)/libami-mock.a
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ $(crypto_libs) $(LDLIBS)

$(BUILD)/examples/%.o: examples/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(compile)

$(BUILD)/examples/%: $(BUILD)/examples/%.o $(BUILD)/examples/cli.o $(BUILD)/libami.a
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ $(crypto_libs) $(LDLIBS)

$(BUILD)/examples/wrap.o: examples/wrap.cpp | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(compile_cxx)

$(BUILD)/examples/wrap: $(BUILD)/examples/wrap.o $(BUILD)/examples/cli.o $(BUILD)/libami.a
	$(call say,LINK)
	$(Q)$(CXX) $(link_flags) -o $@ $^ $(crypto_libs) $(LDLIBS)

# The same program in each event loop. One that this machine lacks is left out.
find_loop   = PKG_CONFIG='$(PKG_CONFIG)' CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' sh tests/loop/find.sh
lacks_loop  = $(shell $(find_loop) $* --libs 2>&1 >/dev/null)
loop_cflags = $(shell $(find_loop) $* --cflags)
loop_libs   = $(shell $(find_loop) $* --libs)

$(loops:%=$(BUILD)/examples/loop_%.o): $(BUILD)/examples/loop_%.o: examples/loop_%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,$(if $(lacks_loop),SKIP,CC))
	$(Q)$(if $(lacks_loop),rm -f $@,$(compile) $(loop_cflags))

$(loops:%=$(BUILD)/examples/loop_%): $(BUILD)/examples/loop_%: $(BUILD)/examples/loop_%.o \
        $(BUILD)/examples/console.o $(BUILD)/examples/cli.o $(BUILD)/libami.a
	$(call say,$(if $(lacks_loop),SKIP,LINK))
	$(Q)$(if $(lacks_loop),rm -f $@,$(link) -o $@ $^ $(crypto_libs) $(loop_libs) $(LDLIBS))

$(BUILD)/tests/%.o: tests/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(compile)

$(BUILD)/tests/%.o: tests/mock/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(compile)

# A call of every action, all members set.
$(BUILD)/typed_calls.h: $(BUILD)/include/ami/actions.h tests/typed_calls.awk
	$(call say,AWK)
	$(Q)awk -f tests/typed_calls.awk $< > $@

typed_calls := $(BUILD)/tests/test_actions.o $(BUILD)/tests/fuzz/program.o
$(typed_calls): $(BUILD)/typed_calls.h
$(typed_calls): override CPPFLAGS += -I$(BUILD)

# What should come is told by the oracle that does so for real servers.
$(BUILD)/tests/test_dialects: $(patsubst %,$(BUILD)/tests/asterisk/%.o,oracle wire text)

# Tests of the connection have a clock of their own, and see what it does to its socket.
conn_tests := $(filter $(BUILD)/tests/test_sync% $(BUILD)/tests/test_conn_%,$(tests))
$(conn_tests): override LDFLAGS += -Wl,--wrap=ami_now,--wrap=ami__net_recv \
    -Wl,--wrap=ami__net_send,--wrap=ami__net_wait

# In this one the network is in memory, and nothing is left to chance.
$(BUILD)/tests/test_lives: override LDFLAGS += -Wl,--wrap=ami_now,--wrap=ami__net_connect \
    -Wl,--wrap=ami__net_connected,--wrap=ami__net_recv,--wrap=ami__net_send,--wrap=ami__net_close \
    -Wl,--wrap=ami__random_below

# These decide whether there is memory for a text or a letter.
poor := $(BUILD)/tests/test_sync_waits $(BUILD)/tests/test_conn_mailbox
$(poor): override LDFLAGS += -Wl,--wrap=malloc

# These decide what a look-up finds, and whether it gets its thread.
resolving := $(filter $(BUILD)/tests/test_conn_resolve%,$(tests))
$(resolving): override LDFLAGS += -Wl,--wrap=getaddrinfo,--wrap=pthread_create,--wrap=calloc

threaded := $(resolving) $(BUILD)/tests/test_conn_mailbox

# In this one all names are this machine's.
$(BUILD)/tests/test_crowd: override LDFLAGS += -Wl,--wrap=getaddrinfo

$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(BUILD)/tests/libhelpers.a $(BUILD)/libami.a \
                       $(BUILD)/libami-mock.a
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ -lcmocka $(crypto_libs) $(LDLIBS)

# What the parser must do it must do with the masks of any machine, too.
$(BUILD)/tests/parser_lines_plain.o: libami/parser_lines.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(compile) -DAMI__SCAN_ANYWHERE

$(plain_tests): $(BUILD)/tests/%_plain: $(BUILD)/tests/%.o $(BUILD)/tests/parser_lines_plain.o \
                                        $(BUILD)/tests/libhelpers.a $(BUILD)/libami.a
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ -lcmocka $(crypto_libs) $(LDLIBS)

# An archive, so that each test links what it uses.
$(BUILD)/tests/libhelpers.a: $(helpers)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/tests/bad_server: $(BUILD)/tests/bad_server.o
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/syscalls: $(BUILD)/tests/syscalls.o $(BUILD)/libami.a
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ $(crypto_libs) $(LDLIBS)

$(BUILD)/tests/asterisk_session: $(asterisk) $(BUILD)/tests/text.o $(BUILD)/tests/certs.o \
                                 $(BUILD)/libami.a
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ $(crypto_libs) $(LDLIBS)

$(BUILD)/bench/%.o: tests/bench/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(compile)

$(BUILD)/bench/%: $(BUILD)/bench/%.o $(bench_parts:%=$(BUILD)/bench/%.o) $(BUILD)/tests/certs.o \
                  $(BUILD)/libami.a
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ $(crypto_libs) $(LDLIBS)

# Recorded by tests/bench/record.sh.
corpora := $(patsubst tests/bench/%.gz,$(BUILD)/bench/%,$(wildcard tests/bench/*.gz))
$(corpora): $(BUILD)/bench/%: tests/bench/%.gz
	@mkdir -p $(@D)
	$(Q)gzip -dc $< > $@

# Made by `make fuzz`, with clang.
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/program.o $(BUILD)/tests/libhelpers.a \
                 $(BUILD)/libami.a
	$(call say,LINK)
	$(Q)$(link) -fsanitize=fuzzer -o $@ $^ -lcmocka $(crypto_libs) $(LDLIBS)

$(BUILD)/fuzz_seeds: $(BUILD)/tests/fuzz/seeds.o $(BUILD)/tests/libhelpers.a $(BUILD)/libami.a
	$(call say,LINK)
	$(Q)$(link) -o $@ $^ -lcmocka $(crypto_libs) $(LDLIBS)

fuzzers: $(BUILD)/fuzz_parser $(BUILD)/fuzz_session $(BUILD)/fuzz_seeds

# The contract of the event loops. One that this machine lacks is counted as skipped.
loop_tests  := $(loops:%=$(BUILD)/tests/loop_%)
loop_objects = $(BUILD)/tests/loop/contract.o $(BUILD)/tests/loop/arena.o

$(loop_tests:$(BUILD)/tests/loop_%=$(BUILD)/tests/loop/%.o): $(BUILD)/tests/loop/%.o: tests/loop/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call say,$(if $(lacks_loop),SKIP,CC))
	$(Q)$(if $(lacks_loop),rm -f $@,$(compile) $(loop_cflags))

$(loop_tests): override LDFLAGS += -Wl,--wrap=ami_conn_process,--wrap=ami_conn_deadline \
    -Wl,--wrap=ami_conn_set_notify,--wrap=ami__net_close,--wrap=getaddrinfo
$(loop_tests): $(BUILD)/tests/loop_%: $(BUILD)/tests/loop/%.o $(loop_objects) \
                                      $(BUILD)/tests/libhelpers.a $(BUILD)/libami.a \
                                      $(BUILD)/libami-mock.a
	$(call say,$(if $(lacks_loop),SKIP,LINK))
	$(Q)$(if $(lacks_loop),rm -f $@,$(link) -o $@ $^ -lcmocka $(crypto_libs) $(loop_libs) $(LDLIBS))

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/tests/*/*.d)

# ---- Checks --------------------------------------------------------------------------------

check: all $(tests) $(loop_tests) $(benches) $(BUILD)/tests/bad_server \
       $(BUILD)/tests/syscalls
	$(Q)BUILD='$(BUILD)' SAN='$(SAN)' CC='$(CC)' MAKE='$(MAKE)' PKG_CONFIG='$(PKG_CONFIG)' \
	    sh tests/run.sh $(tests) $(loop_tests)

valgrind := valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
            --errors-for-leak-kinds=all --suppressions=tests/valgrind.supp

# The same under the sanitizers, and the unit tests under valgrind.
check-asan:
	$(Q)$(MAKE) --no-print-directory check BUILD=$(BUILD)/asan SAN=address,undefined

# Those that have threads under ThreadSanitizer, which may not find its way among random addresses.
tsan_tests = $(threaded:$(BUILD)/%=$(BUILD)/tsan/%)
fixed      = $(shell setarch -R true 2>/dev/null && echo setarch -R || echo env)
check-tsan:
	$(Q)$(MAKE) --no-print-directory $(tsan_tests) BUILD=$(BUILD)/tsan SAN=thread
	$(Q)BUILD='$(BUILD)/tsan' RUN='$(fixed)' sh tests/run.sh $(tsan_tests)

check-valgrind: all $(tests) $(loop_tests)
	$(Q)BUILD='$(BUILD)' RUN='$(valgrind)' sh tests/run.sh $(tests) $(loop_tests)

# Each fuzzer for so many seconds, from where it stopped the last time.
FUZZ_SECONDS ?= 60
fuzz:
	$(Q)$(MAKE) --no-print-directory fuzzers BUILD=$(BUILD)/fuzz CC=clang \
	    SAN=fuzzer-no-link,address,undefined
	$(Q)FUZZ_SECONDS='$(FUZZ_SECONDS)' sh tests/fuzz/run.sh '$(BUILD)/fuzz'

check-layers:
	$(Q)sh tests/check-layers.sh

check-headers: $(headers) $(BUILD)/typed_calls.h
	$(Q)BUILD='$(BUILD)' PKG_CONFIG='$(PKG_CONFIG)' sh tests/check-headers.sh

check-man:
	$(Q)PKG_CONFIG='$(PKG_CONFIG)' sh tests/check-man.sh

check-symbols: $(BUILD)/libami.a $(BUILD)/libami.so
	$(Q)SAN='$(SAN)' sh tests/check-symbols.sh $(BUILD)

check-install: all
	$(Q)sh tests/check-install.sh '$(MAKE)'

check-asterisk: all $(BUILD)/tests/asterisk_session
	$(Q)BUILD='$(BUILD)' MAKE='$(MAKE)' sh tests/asterisk/check.sh

# How fast it is, in ratios to references: tests/bench/README.md.
bench: $(benches) $(corpora) $(BUILD)/libami.so
	$(Q)BUILD='$(BUILD)' sh tests/bench/run.sh $(benches)

demo: all
	$(Q)BUILD='$(BUILD)' sh examples/demo.sh

# ---- Installing ----------------------------------------------------------------------------

# One list for both: mode, file, directory.
installed = \
    $(foreach h,$(headers),644:$(h):$(includedir)/ami) \
    $(foreach h,$(adapters),644:$(h):$(includedir)/ami/adapters) \
    644:$(BUILD)/libami.a:$(libdir) \
    755:$(BUILD)/libami.so.$(VERSION):$(libdir) \
    644:$(BUILD)/ami.pc:$(libdir)/pkgconfig \
    755:$(BUILD)/ami-mock:$(bindir) \
    $(foreach p,$(pages),644:$(p):$(mandir)/man$(patsubst .%,%,$(suffix $(p))))

install: all
	$(Q)for entry in $(installed); do \
	    mode=$${entry%%:*}; rest=$${entry#*:}; file=$${rest%%:*}; dir='$(DESTDIR)'$${rest#*:}; \
	    $(INSTALL) -d "$$dir" && $(INSTALL) -m $$mode $$file "$$dir" || exit 1; \
	done
	$(Q)ln -sf libami.so.$(VERSION) '$(DESTDIR)$(libdir)/$(SONAME)'
	$(Q)ln -sf $(SONAME) '$(DESTDIR)$(libdir)/libami.so'
	@echo "libami $(VERSION) is installed in $(DESTDIR)$(prefix)$(if $(DESTDIR),, (run ldconfig once))"

uninstall:
	$(Q)for entry in $(installed); do \
	    rest=$${entry#*:}; file=$${rest%%:*}; rm -f '$(DESTDIR)'$${rest#*:}/$${file##*/}; \
	done
	$(Q)rm -f '$(DESTDIR)$(libdir)/$(SONAME)' '$(DESTDIR)$(libdir)/libami.so'
	$(Q)rmdir '$(DESTDIR)$(includedir)/ami/adapters' '$(DESTDIR)$(includedir)/ami' 2>/dev/null || true

clean:
	rm -rf $(BUILD)/static $(BUILD)/shared $(BUILD)/mock $(BUILD)/examples $(BUILD)/tests $(BUILD)/bench \
	    $(BUILD)/asan $(BUILD)/tsan $(BUILD)/clang $(BUILD)/fuzz $(BUILD)/lib* $(BUILD)/ami* \
	    $(BUILD)/catalog_rows.h $(BUILD)/include $(BUILD)/typed_calls.h

format:
	clang-format -i libami/*.[ch] include/ami/*.h include/ami/adapters/*.h examples/*.[ch] \
	    examples/*.cpp tests/*.[ch] tests/*/*.[ch]

# ---- What is needed ------------------------------------------------------------------------

packages := gcc g++ libc6-dev pkg-config libssl-dev libcmocka-dev mandoc \
            libevent-dev libuv1-dev libev-dev libglib2.0-dev libsystemd-dev strace

deps:
	$(Q)PACKAGES='$(packages)' sh tests/deps.sh
