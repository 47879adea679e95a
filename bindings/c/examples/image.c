#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hedgerow.h"

/* Ends the program where a call was refused, and says why. */
static void must(int32_t status)
{
    char words[300] = "";
    size_t length;
    if (status < 0) {
        hedgerow_error_message(words, sizeof words, &length);
        fprintf(stderr, "hedgerow: %s\n", words);
        exit(1);
    }
}

static void put(hedgerow_image_writer *writer, const char *key, const char *value)
{
    must(hedgerow_image_writer_put(writer, (const uint8_t *)key, strlen(key),
                                   (const uint8_t *)value, strlen(value)));
}

/* One process makes the image, and writes it: whoever opens the file sees an old one or this. */
static void write_prices(const char *path)
{
    hedgerow_image_writer *writer;
    hedgerow_image *image;
    must(hedgerow_image_writer_new(HEDGEROW_IMAGE_TEXT, HEDGEROW_IMAGE_TEXT, &writer));
    put(writer, "apple", "3 a kilo");
    put(writer, "pear", "5 a kilo");
    must(hedgerow_image_writer_finish(writer, &image));
    must(hedgerow_image_write(image, path, strlen(path)));
    must(hedgerow_image_free(image));
    must(hedgerow_image_writer_free(writer));
}

int main(void)
{
    const char *path = "prices.image";
    write_prices(path);

    /* Others map it: at any size it is open in microseconds, and all share one copy. */
    hedgerow_image *image;
    hedgerow_bytes price;
    must(hedgerow_image_open_file(path, strlen(path), HEDGEROW_IMAGE_MAP, &image));
    must(hedgerow_image_get(image, (const uint8_t *)"pear", 4, &price));
    printf("pears: %.*s\n", (int)price.length, (const char *)price.start);
    if (hedgerow_image_get(image, (const uint8_t *)"plum", 4, &price) == HEDGEROW_ABSENT) {
        puts("no plums");
    }
    must(hedgerow_image_free(image));
    remove(path);

    /* A version is an image of words, and what changed since is a delta of some bytes. */
    hedgerow_store *store;
    hedgerow_image *newer;
    hedgerow_delta *delta;
    uint64_t empty, one, two, value;
    must(hedgerow_store_new(NULL, 0, &store));
    must(hedgerow_version_empty(store, &empty));
    must(hedgerow_key_insert(store, empty, 17, 17, 100, &one));
    must(hedgerow_key_insert(store, one, 42, 42, 200, &two));
    must(hedgerow_version_image(store, one, NULL, 0, &image));
    must(hedgerow_version_delta(store, one, two, NULL, 0, image, &delta));
    must(hedgerow_image_apply(image, delta, &newer));
    must(hedgerow_image_get_word(newer, 42, &value));
    printf("the newer image has %llu\n", (unsigned long long)value);
    must(hedgerow_image_free(newer));
    must(hedgerow_delta_free(delta));
    must(hedgerow_image_free(image));
    must(hedgerow_store_free(store));
    return 0;
}
