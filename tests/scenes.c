/* SPDX-License-Identifier: MIT */
#include "scenes.h"

static void play(struct feeder *feeder, void *ctx)
{
    const struct scene *scene = ctx;
    struct talk t;
    const char *piece;
    size_t len;

    talk_begin(&t, NULL);
    talk_feed(&t, scene->banner ? scene->banner : BANNER);
    for (size_t i = 0; i < ARRAY_LEN(scene->actions) && scene->actions[i]; i++)
        (scene->result ? talk_submit_result : talk_submit)(&t, scene->actions[i]);
    talk_on(&t, NULL);
    talk_sent(&t);
    while ((piece = feeder_next(feeder, &len)))
        assert_int_equal(ami_session_feed(t.session, piece, len, t.now), AMI_OK);
    if (strcmp(text_str(&t.log), scene->heard) != 0)
        print_error("%s, %s:\n", scene->name, feeder_name(feeder));
    talk_expect(&t, scene->heard);
    talk_end(&t);
}

static void test_scene(void **state)
{
    struct scene *scene = *state;

    for_each_split(scene->server, strlen(scene->server), play, scene);
}

int scenes_run(const char *group, const struct scene *scenes, size_t count)
{
    struct CMUnitTest *tests = calloc(count, sizeof *tests);

    if (!tests)
        return 1;
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){scenes[i].name, test_scene, NULL, NULL,
                                       (void *)(uintptr_t)&scenes[i]};
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return failed;
}
