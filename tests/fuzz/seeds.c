/* SPDX-License-Identifier: MIT */
/* What the fuzzers begin with: writes the test vectors to DIRECTORY/parser and the scenes to
 * DIRECTORY/session, and prints the words of the catalogue as a dictionary. */
int vectors_main(void);
int irregular_main(void);

#define main vectors_main
#include "../test_vectors.c"
#undef main
#undef OK
#define main irregular_main
#include "../test_irregular.c"
#undef main

static FILE *create(const char *directory, const char *kind, size_t number)
{
    char name[512];

    snprintf(name, sizeof name, "%s/%s/%zu", directory, kind, number);
    FILE *file = fopen(name, "wb");
    if (!file) {
        perror(name);
        exit(1);
    }
    return file;
}

/* No limits, pieces of up to 6 bytes. */
static void write_vector(FILE *file, const struct vector *vector)
{
    fwrite("\0\4", 1, 2, file);
    fwrite(vector->bytes, 1, vector->len, file);
    fclose(file);
}

/* The callbacks have no habit (-), a handler hears all, and all is sent. */
static void write_scene(FILE *file, const struct scene *scene)
{
    fputs(scene->banner ? scene->banner : BANNER, file);
    for (size_t i = 0; i < ARRAY_LEN(scene->actions) && scene->actions[i]; i++)
        fprintf(file, "\1%c-%s%c", scene->result ? 'r' : 'a', scene->actions[i], '\0');
    fprintf(file, "\1h-%c\1s\xff%c%s", '\0', '\0', scene->server);
    fclose(file);
}

static void print_word(const char *word)
{
    if (word && word[0])
        printf("\"%s\"\n", word);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
        write_vector(create(argv[1], "parser", i), &vectors[i]);
    for (size_t i = 0; i < ARRAY_LEN(scenes); i++)
        write_scene(create(argv[1], "session", i), &scenes[i]);
    for (size_t i = 0; i < ami_catalog_count(); i++) {
        const struct ami_catalog_entry *entry = ami_catalog_at(i);
        print_word(ami_catalog_action(entry));
        print_word(ami_catalog_terminal(entry));
        print_word(ami_catalog_item(entry, 0));
    }
    return 0;
}
