// SPDX-License-Identifier: MIT
//
// A connection as a C++ object, which takes lambdas and frees itself; with it the program prints
// what the server is, and its channels.
//
//     cc -c cli.c $(pkg-config --cflags ami)
//     c++ -std=c++17 -o wrap wrap.cpp cli.o $(pkg-config --cflags --libs ami)
//
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include <ami/actions.h>

#include "cli.h"

// What is called back is called from C: to throw there ends the program.
struct Connection {
    using Event = std::function<void(const ami_msg *)>;
    using Reply = std::function<void(const ami_reply &)>;

    explicit Connection(const ami_conn_opts &opts)
    {
        ami_conn *made;
        check(ami_conn_new(&made, &opts));
        conn.reset(made);
    }
    void on(const char *name, Event event)
    {
        auto call = [](const ami_event *e, void *user) noexcept {
            (*static_cast<Event *>(user))(e->msg);
        };
        events.push_back(std::move(event)); // where it is, it stays
        check(ami_on(ami_conn_session(conn.get()), name, call, &events.back(), nullptr));
    }
    void send(ami_action *action, Reply reply) // and frees the action
    {
        auto call = [](const ami_reply *r, void *user) noexcept {
            std::unique_ptr<Reply> fn(static_cast<Reply *>(user));
            (*fn)(*r);
            if (r->step != AMI_STEP_DONE)
                fn.release(); // it is called again
        };
        std::unique_ptr<ami_action, void (*)(ami_action *)> owned(action, ami_action_free);
        auto user = std::make_unique<Reply>(std::move(reply));
        check(ami_submit(ami_conn_session(conn.get()), action, call, user.get(), nullptr));
        user.release(); // to call: there will be one DONE
    }
    static void check(int err)
    {
        if (err != AMI_OK)
            throw std::runtime_error(ami_strerror(err));
    }
    std::deque<Event> events;
    std::unique_ptr<ami_conn, void (*)(ami_conn *)> conn{nullptr, ami_conn_free};
};

static int run(const cli &cli)
{
    ami_Status of_all = {};
    int channels = 0, status = CLI_OK;
    auto failed = [&](const ami_reply &reply) {
        status = cli_action_failed(&cli, nullptr, reply.status, reply.msg);
    };
    Connection connection(cli.opts); // ends first: what is called back then finds the others

    of_all.AllVariables = "false";
    connection.on("FullyBooted", [](const ami_msg *) { std::puts("The server is up."); });
    connection.send(ami_new_CoreSettings(nullptr), [&](const ami_reply &reply) {
        if (reply.status != AMI_OK)
            return failed(reply);
        std::printf("Asterisk %s\n", ami_msg_get(reply.msg, "AsteriskVersion"));
    });
    connection.send(ami_new_Status(&of_all), [&](const ami_reply &reply) {
        if (reply.status != AMI_OK)
            return failed(reply);
        if (reply.step == AMI_STEP_ITEM)
            channels++;
        if (reply.step == AMI_STEP_DONE) {
            std::printf("%d channels\n", channels);
            ami_conn_close(connection.conn.get());
        }
    });
    int err = ami_conn_start(connection.conn.get());
    while (err >= 0)
        err = ami_conn_wait(connection.conn.get(), -1);
    if (err != AMI_E_CANCELLED) // which is our own close
        return cli_conn_failed(&cli, ami_conn_error(connection.conn.get()));
    return status;
}

static const char usage[] = "Usage: wrap [options]\n"
                            "Prints the version of the server, and how many channels there are.\n"
                            "\n"
                            "Exit status 0: it answered; 1: it refused.\n";

int main(int argc, char **argv)
{
    static const option longs[] = {CLI_LONG};
    struct cli cli;
    int opt, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, CLI_SHORT, longs, nullptr)) != -1)
        cli_option(&cli, opt);
    if (optind < argc)
        cli_usage_error(&cli, "what is \"%s\"?", argv[optind]);
    cli_credentials(&cli);
    try {
        status = run(cli);
    } catch (const std::exception &e) {
        status = cli_fail(&cli, CLI_OTHER, "%s", e.what());
    }
    return cli_end(&cli, status);
}
