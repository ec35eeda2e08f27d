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
#include <vector>

#include "cli.h"

// What is called back is called from C: to throw there ends the program.
class Connection
{
  public:
    using Headers = std::vector<std::pair<const char *, const char *>>;
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
        events.push_back(std::move(event)); // where it is, it stays
        check(ami_on(ami_conn_session(get()), name, on_event, &events.back(), nullptr));
    }
    void send(const char *name, const Headers &headers, Reply reply)
    {
        std::unique_ptr<ami_action, void (*)(ami_action *)> action(ami_action_new(name),
                                                                   ami_action_free);
        auto user = std::make_unique<Reply>(std::move(reply));
        for (const auto &[header, value] : headers)
            ami_action_add(action.get(), header, value);
        check(ami_submit(ami_conn_session(get()), action.get(), on_reply, user.get(), nullptr));
        user.release(); // to on_reply: there will be one DONE
    }
    ami_conn *get() const
    {
        return conn.get();
    }

  private:
    static void check(int err)
    {
        if (err != AMI_OK)
            throw std::runtime_error(ami_strerror(err));
    }
    static void on_event(const ami_event *event, void *user) noexcept
    {
        (*static_cast<Event *>(user))(event->msg);
    }
    static void on_reply(const ami_reply *reply, void *user) noexcept
    {
        auto *fn = static_cast<Reply *>(user);
        (*fn)(*reply);
        if (reply->step == AMI_STEP_DONE)
            delete fn;
    }
    std::deque<Event> events;
    std::unique_ptr<ami_conn, void (*)(ami_conn *)> conn{nullptr, ami_conn_free};
};

static int run(const cli &cli)
{
    Connection connection(cli.opts);
    int channels = 0, status = CLI_OK;

    auto failed = [&](const ami_reply &reply) {
        status = cli_action_failed(&cli, nullptr, reply.status, reply.msg);
    };
    connection.on("FullyBooted", [](const ami_msg *) { std::puts("The server is up."); });
    connection.send("CoreSettings", {}, [&](const ami_reply &reply) {
        if (reply.status != AMI_OK)
            return failed(reply);
        std::printf("Asterisk %s\n", ami_msg_get(reply.msg, "AsteriskVersion"));
    });
    connection.send("Status", {{"AllVariables", "false"}}, [&](const ami_reply &reply) {
        if (reply.status != AMI_OK)
            return failed(reply);
        if (reply.step == AMI_STEP_ITEM)
            channels++;
        if (reply.step == AMI_STEP_DONE) {
            std::printf("%d channels\n", channels);
            ami_conn_close(connection.get());
        }
    });
    int err = ami_conn_start(connection.get());
    while (err >= 0)
        err = ami_conn_wait(connection.get(), -1);
    if (err != AMI_E_CANCELLED) // which is our own close
        return cli_conn_failed(&cli, ami_conn_error(connection.get()));
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
