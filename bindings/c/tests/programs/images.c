/* Images and deltas: made of versions and of bytes, opened from memory and files, read, compared,
 * damaged.
 *
 * The bug class: bytes that are read beyond their end, or after they were freed; a key that is not
 * found although it is there; a delta that is applied to other contents; damage that is believed.
 */

#include <string.h>

#include "expect.h"

static hedgerow_bytes bytes_of(const hedgerow_image *image)
{
    hedgerow_bytes bytes;
    EXPECT(HEDGEROW_OK, hedgerow_image_bytes(image, &bytes));
    return bytes;
}

static uint64_t image_len(const hedgerow_image *image)
{
    uint64_t len = 0;
    EXPECT(HEDGEROW_OK, hedgerow_image_len(image, &len));
    return len;
}

static hedgerow_image *image_of(hedgerow_store *store, uint64_t version)
{
    hedgerow_image *image = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_version_image(store, version, NULL, 0, &image));
    return image;
}

static hedgerow_delta *delta_of(hedgerow_store *store, uint64_t a, uint64_t b,
                                const hedgerow_image *base)
{
    hedgerow_delta *delta = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_version_delta(store, a, b, NULL, 0, base, &delta));
    return delta;
}

/* Checks that the message of the last refusal has these words. */
static void expect_message(const char *words)
{
    char text[300];
    size_t length;
    EXPECT(HEDGEROW_OK, hedgerow_error_message(text, sizeof text, &length));
    CHECK(strstr(text, words) != NULL);
}

/* The keys from 0 on, each with its number times 3. */
static uint64_t numbers(hedgerow_store *store, uint64_t count)
{
    uint64_t edit, made, same;
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, empty_of(store), &edit));
    for (uint64_t i = 0; i < count; i++) {
        EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, edit, spread(i), i, 3 * i, &same));
    }
    EXPECT(HEDGEROW_OK, hedgerow_edit_commit(store, edit, &made));
    return made;
}

static void check_numbers(const hedgerow_image *image, uint64_t count)
{
    uint64_t value = 77, sum = 0, steps = 0;
    EXPECT(HEDGEROW_OK, hedgerow_image_verify(image));
    CHECK(image_len(image) == count);
    for (uint64_t i = 0; i < count; i++) {
        EXPECT(HEDGEROW_OK, hedgerow_image_get_word(image, i, &value));
        CHECK(value == 3 * i);
    }
    EXPECT(HEDGEROW_ABSENT, hedgerow_image_get_word(image, count, &value));
    CHECK(count == 0 || value == 3 * (count - 1));
    hedgerow_image_iter iter;
    hedgerow_image_entry entry;
    int32_t status;
    EXPECT(HEDGEROW_OK, hedgerow_image_iter_start(image, &iter));
    while ((status = hedgerow_image_iter_next(image, &iter, &entry)) == HEDGEROW_OK) {
        CHECK(entry.key.length == 8 && entry.value.length == 8);
        memcpy(&value, entry.value.start, 8);
        sum += value;
        steps++;
    }
    EXPECT(HEDGEROW_END, status);
    EXPECT(HEDGEROW_END, hedgerow_image_iter_next(image, &iter, &entry));
    CHECK(steps == count && sum == 3 * (count * (count - 1) / 2));
}

static void test_images_of_versions(void)
{
    hedgerow_store *store = new_store();
    const uint64_t counts[] = {0, 1, 2, 40, 3000};
    for (size_t i = 0; i < COUNT(counts); i++) {
        uint64_t version = numbers(store, counts[i]);
        hedgerow_image *image = image_of(store, version), *opened = NULL;
        check_numbers(image, counts[i]);
        hedgerow_bytes bytes = bytes_of(image);
        EXPECT(HEDGEROW_OK, hedgerow_image_open_bytes(bytes.start, bytes.length, &opened));
        check_numbers(opened, counts[i]);
        EXPECT(HEDGEROW_OK, hedgerow_image_free(opened));
        uint32_t key_kind = 0, value_kind = 0;
        EXPECT(HEDGEROW_OK, hedgerow_image_kinds(image, &key_kind, &value_kind));
        CHECK(key_kind == HEDGEROW_IMAGE_WORDS && value_kind == HEDGEROW_IMAGE_WORDS);
        /* The image needs neither version nor store. */
        EXPECT(HEDGEROW_OK, hedgerow_version_release(store, version));
        check_numbers(image, counts[i]);
        EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
    }
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

static void test_deltas(void)
{
    hedgerow_store *store = new_store();
    uint64_t one = numbers(store, 500), two = with(store, one, spread(7), 7, 8), three, value, len;
    two = with(store, two, spread(9000), 9000, 1);
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, two, spread(40), 40, &three));
    hedgerow_image *base = image_of(store, one), *next = NULL, *copy = NULL, *whole;
    hedgerow_delta *delta = delta_of(store, one, three, base), *received = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_delta_len(delta, &len));
    CHECK(len == 3);
    hedgerow_bytes bytes;
    EXPECT(HEDGEROW_OK, hedgerow_delta_bytes(delta, &bytes));
    CHECK(bytes.length < 400);
    EXPECT(HEDGEROW_OK, hedgerow_delta_open(bytes.start, bytes.length, &received));
    EXPECT(HEDGEROW_OK, hedgerow_delta_free(delta));
    EXPECT(HEDGEROW_OK, hedgerow_image_apply(base, received, &next));
    /* The newer image outlives the other, whose bytes it shares. */
    check_numbers(base, 500);
    EXPECT(HEDGEROW_OK, hedgerow_image_free(base));
    EXPECT(HEDGEROW_OK, hedgerow_image_verify(next));
    EXPECT(HEDGEROW_OK, hedgerow_image_get_word(next, 7, &value));
    CHECK(value == 8 && image_len(next) == 500);
    EXPECT(HEDGEROW_ABSENT, hedgerow_image_get_word(next, 40, &value));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_image_bytes(next, &bytes));
    EXPECT(HEDGEROW_OK, hedgerow_image_copy(next, &copy));
    CHECK(bytes_of(copy).length > 500 * 16);
    /* The same contents have the same fingerprint, however they came about. */
    uint64_t fingerprints[3][2];
    whole = image_of(store, three);
    EXPECT(HEDGEROW_OK, hedgerow_image_fingerprint(next, fingerprints[0]));
    EXPECT(HEDGEROW_OK, hedgerow_image_fingerprint(copy, fingerprints[1]));
    EXPECT(HEDGEROW_OK, hedgerow_image_fingerprint(whole, fingerprints[2]));
    CHECK(memcmp(fingerprints[0], fingerprints[1], 16) == 0);
    CHECK(memcmp(fingerprints[0], fingerprints[2], 16) == 0);
    /* Other contents refuse the delta. */
    hedgerow_image *none = NULL;
    EXPECT(HEDGEROW_OTHER_BASE, hedgerow_image_apply(next, received, &none));
    expect_message("other contents");
    CHECK(none == NULL);
    EXPECT(HEDGEROW_OK, hedgerow_delta_free(received));
    /* Without a base. */
    delta = delta_of(store, three, one, NULL);
    EXPECT(HEDGEROW_OK, hedgerow_image_apply(copy, delta, &base));
    check_numbers(base, 500);
    EXPECT(HEDGEROW_OK, hedgerow_delta_free(delta));
    hedgerow_image *images[] = {base, next, copy, whole};
    for (size_t i = 0; i < COUNT(images); i++) {
        EXPECT(HEDGEROW_OK, hedgerow_image_free(images[i]));
    }
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

/* Words that are indices of names. The text of values is written into one buffer. */
static const char *const names[] = {"apple", "pear", "", "quince", "apple"};

static int32_t name_of(void *context, uint64_t word, hedgerow_bytes *bytes)
{
    (void)context;
    if (word >= COUNT(names)) {
        return -1;
    }
    bytes->start = (const uint8_t *)names[word];
    bytes->length = strlen(names[word]);
    return 0;
}

static int32_t digits_of(void *context, uint64_t word, hedgerow_bytes *bytes)
{
    char *buffer = context;
    bytes->length = (size_t)sprintf(buffer, "%llu", (unsigned long long)word);
    bytes->start = (const uint8_t *)buffer;
    return 0;
}

static void expect_text(const hedgerow_image *image, const char *key, const char *text)
{
    hedgerow_bytes value;
    EXPECT(HEDGEROW_OK, hedgerow_image_get(image, (const uint8_t *)key, strlen(key), &value));
    CHECK(value.length == strlen(text) && memcmp(value.start, text, value.length) == 0);
}

static void test_words_that_stand_for_text(void)
{
    char buffer[32];
    hedgerow_image_options options = {buffer, name_of, digits_of, HEDGEROW_IMAGE_TEXT,
                                      HEDGEROW_IMAGE_TEXT};
    hedgerow_store *store = new_store();
    hedgerow_image *image = NULL, *next = NULL;
    hedgerow_delta *delta = NULL;
    uint64_t one = empty_of(store), value;
    for (uint64_t i = 0; i < 3; i++) {
        one = with(store, one, i, i, 100 + i);
    }
    uint64_t two = with(store, with(store, one, 3, 3, 300), 1, 1, 111);
    EXPECT(HEDGEROW_OK, hedgerow_version_image(store, one, &options, sizeof options, &image));
    expect_text(image, "apple", "100");
    expect_text(image, "", "102");
    EXPECT(HEDGEROW_OTHER_KIND, hedgerow_image_get_word(image, 1, &value));
    EXPECT(HEDGEROW_OK,
           hedgerow_version_delta(store, one, two, &options, sizeof options, image, &delta));
    EXPECT(HEDGEROW_OK, hedgerow_image_apply(image, delta, &next));
    expect_text(next, "quince", "300");
    expect_text(next, "pear", "111");
    EXPECT(HEDGEROW_OK, hedgerow_image_verify(next));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(next));
    EXPECT(HEDGEROW_OK, hedgerow_delta_free(delta));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
    /* Two keys of the same bytes, a function that fails, kinds without a function. */
    uint64_t twice = with(store, one, 4, 4, 4), unknown = with(store, one, 9, 9, 9);
    image = NULL;
    size_t size = sizeof options;
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_version_image(store, twice, &options, size, &image));
    EXPECT(HEDGEROW_CALLER, hedgerow_version_image(store, unknown, &options, size, &image));
    EXPECT(HEDGEROW_CALLER,
           hedgerow_version_delta(store, one, unknown, &options, sizeof options, NULL, &delta));
    EXPECT(HEDGEROW_SIZE, hedgerow_version_image(store, one, &options, 3, &image));
    options.value_bytes = NULL;
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_version_image(store, one, &options, sizeof options, &image));
    options.value_kind = HEDGEROW_IMAGE_WORDS;
    EXPECT(HEDGEROW_OK, hedgerow_version_image(store, one, &options, sizeof options, &image));
    hedgerow_bytes found;
    EXPECT(HEDGEROW_OK, hedgerow_image_get(image, (const uint8_t *)"pear", 4, &found));
    CHECK(found.length == 8 && found.start[0] == 101 && found.start[1] == 0);
    EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

static int32_t put(hedgerow_image_writer *writer, const char *key, const char *value)
{
    return hedgerow_image_writer_put(writer, (const uint8_t *)key, strlen(key),
                                     (const uint8_t *)value, strlen(value));
}

static void test_writers(void)
{
    hedgerow_image_writer *writer = NULL;
    hedgerow_image *image = NULL, *empty = NULL;
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_image_writer_new(HEDGEROW_IMAGE_PYTHON, 4, &writer));
    EXPECT(HEDGEROW_OK,
           hedgerow_image_writer_new(HEDGEROW_IMAGE_TEXT, HEDGEROW_IMAGE_BYTES, &writer));
    char key[300];
    for (int i = 0; i < 250; i++) {
        /* Long keys, too. */
        memset(key, 'k', sizeof key);
        sprintf(key + i, "%d", i);
        EXPECT(HEDGEROW_OK, put(writer, key, i % 2 ? "odd" : "even"));
    }
    EXPECT(HEDGEROW_OK, hedgerow_image_writer_put(writer, NULL, 0, NULL, 0));
    EXPECT(HEDGEROW_ARGUMENT, put(writer, "\xff", "not text"));
    EXPECT(HEDGEROW_OK, hedgerow_image_writer_finish(writer, &image));
    EXPECT(HEDGEROW_OK, hedgerow_image_verify(image));
    CHECK(image_len(image) == 251);
    memset(key, 'k', sizeof key);
    sprintf(key + 249, "249");
    expect_text(image, key, "odd");
    expect_text(image, "", "");
    hedgerow_bytes value = {NULL, 0};
    EXPECT(HEDGEROW_ABSENT, hedgerow_image_get(image, (const uint8_t *)"no", 2, &value));
    CHECK(value.start == NULL);
    /* The writer has begun anew. */
    EXPECT(HEDGEROW_OK, hedgerow_image_writer_finish(writer, &empty));
    CHECK(image_len(empty) == 0);
    EXPECT(HEDGEROW_OK, hedgerow_image_free(empty));
    EXPECT(HEDGEROW_OK, put(writer, "same", "1"));
    EXPECT(HEDGEROW_OK, put(writer, "same", "2"));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_image_writer_finish(writer, &empty));
    expect_message("two entries have the same key");
    EXPECT(HEDGEROW_OK, hedgerow_image_writer_free(writer));
    EXPECT(HEDGEROW_OK, hedgerow_image_writer_free(NULL));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
}

static int32_t open_file(const char *path, uint32_t how, hedgerow_image **image)
{
    return hedgerow_image_open_file(path, strlen(path), how, image);
}

static void test_files(const char *path)
{
    hedgerow_store *store = new_store();
    hedgerow_image *image = image_of(store, numbers(store, 300)), *read = NULL, *map = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_image_write(image, path, strlen(path)));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
    EXPECT(HEDGEROW_OK, open_file(path, HEDGEROW_IMAGE_READ, &read));
    EXPECT(HEDGEROW_OK, open_file(path, HEDGEROW_IMAGE_MAP, &map));
    check_numbers(read, 300);
    check_numbers(map, 300);
    /* A new file takes the place of the old one, which stays mapped. */
    uint64_t one = numbers(store, 300), two = numbers(store, 301);
    hedgerow_delta *delta = delta_of(store, one, two, map);
    EXPECT(HEDGEROW_OK, hedgerow_image_apply(map, delta, &image));
    EXPECT(HEDGEROW_OK, hedgerow_image_write(image, path, strlen(path)));
    check_numbers(map, 300);
    check_numbers(image, 301);
    EXPECT(HEDGEROW_OK, hedgerow_delta_free(delta));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(map));
    check_numbers(image, 301);
    EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
    EXPECT(HEDGEROW_OK, open_file(path, HEDGEROW_IMAGE_MAP, &map));
    check_numbers(map, 301);
    EXPECT(HEDGEROW_ARGUMENT, open_file(path, 2, &image));
    EXPECT(HEDGEROW_IO, open_file("/no/such/file", HEDGEROW_IMAGE_MAP, &image));
    expect_message("cannot open /no/such/file");
    EXPECT(HEDGEROW_IO, hedgerow_image_write(map, "/no/such/file", 13));
    expect_message("cannot write /no/such/file");
    EXPECT(HEDGEROW_OK, hedgerow_image_free(map));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(read));
    FILE *other = fopen(path, "wb");
    CHECK(other != NULL && fputs("something else", other) >= 0 && fclose(other) == 0);
    EXPECT(HEDGEROW_DAMAGED, open_file(path, HEDGEROW_IMAGE_MAP, &image));
    expect_message("not an image");
    CHECK(remove(path) == 0);
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

/* Reads everything; the statuses are right, or say that there is damage. */
static void read_all(const uint8_t *bytes, size_t length, const hedgerow_delta *delta)
{
    hedgerow_image *image = NULL, *next = NULL;
    int32_t status = hedgerow_image_open_bytes(bytes, length, &image);
    if (status != HEDGEROW_OK) {
        EXPECT(HEDGEROW_DAMAGED, status);
        return;
    }
    uint64_t value, sum = 0;
    for (uint64_t key = 0; key < 12; key++) {
        status = hedgerow_image_get_word(image, key, &value);
        CHECK(status == HEDGEROW_OK || status == HEDGEROW_ABSENT || status == HEDGEROW_DAMAGED
              || status == HEDGEROW_OTHER_KIND);
    }
    hedgerow_image_iter iter;
    hedgerow_image_entry entry;
    if (hedgerow_image_iter_start(image, &iter) == HEDGEROW_OK) {
        for (size_t i = 0; hedgerow_image_iter_next(image, &iter, &entry) == HEDGEROW_OK; i++) {
            CHECK(i < length);
            for (size_t at = 0; at < entry.value.length; at++) {
                sum += entry.value.start[at];
            }
        }
    }
    status = hedgerow_image_verify(image);
    CHECK(status == HEDGEROW_OK || status == HEDGEROW_DAMAGED);
    if (hedgerow_image_apply(image, delta, &next) == HEDGEROW_OK) {
        EXPECT(HEDGEROW_OK, hedgerow_image_free(next));
    }
    EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
}

/* Every truncation, and each byte changed; in memory of the very length, so that a read beyond it
 * is seen. */
static void test_damage(void)
{
    hedgerow_store *store = new_store();
    uint64_t version = numbers(store, 12), next = with(store, version, spread(3), 3, 4);
    hedgerow_image *image = image_of(store, version);
    hedgerow_delta *delta = delta_of(store, version, next, NULL), *none = NULL;
    hedgerow_bytes sound = bytes_of(image), small;
    for (size_t length = 1; length < sound.length; length++) {
        uint8_t *bytes = malloc(length);
        CHECK(bytes != NULL);
        memcpy(bytes, sound.start, length);
        hedgerow_image *opened = NULL;
        EXPECT(HEDGEROW_DAMAGED, hedgerow_image_open_bytes(bytes, length, &opened));
        free(bytes);
    }
    for (size_t at = 0; at < sound.length; at++) {
        uint8_t *bytes = malloc(sound.length);
        CHECK(bytes != NULL);
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bytes, sound.start, sound.length);
            bytes[at] ^= (uint8_t)(1 << bit);
            read_all(bytes, sound.length, delta);
        }
        free(bytes);
    }
    EXPECT(HEDGEROW_OK, hedgerow_delta_bytes(delta, &small));
    for (size_t at = 0; at < small.length; at++) {
        uint8_t *bytes = malloc(small.length);
        CHECK(bytes != NULL);
        memcpy(bytes, small.start, small.length);
        bytes[at] ^= 0x10;
        EXPECT(HEDGEROW_DAMAGED, hedgerow_delta_open(bytes, small.length, &none));
        if (at > 0) {
            EXPECT(HEDGEROW_DAMAGED, hedgerow_delta_open(small.start, at, &none));
        }
        free(bytes);
    }
    EXPECT(HEDGEROW_OK, hedgerow_delta_free(delta));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

static void test_refusals(void)
{
    hedgerow_store *store = new_store();
    uint64_t version = numbers(store, 5), edit, number;
    hedgerow_image *image = image_of(store, version), *other = image_of(store, version);
    hedgerow_delta *delta = NULL;
    hedgerow_image_iter iter;
    hedgerow_image_entry entry;
    EXPECT(HEDGEROW_POINTER, hedgerow_image_len(NULL, &number));
    EXPECT(HEDGEROW_POINTER, hedgerow_image_len(image, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_image_open_bytes(NULL, 5, &image));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_image_open_bytes((uint8_t *)&number, SIZE_MAX, &other));
    EXPECT(HEDGEROW_DAMAGED, hedgerow_image_open_bytes(NULL, 0, &other));
    EXPECT(HEDGEROW_HANDLE, hedgerow_image_len((hedgerow_image *)store, &number));
    EXPECT(HEDGEROW_HANDLE, hedgerow_delta_len((hedgerow_delta *)image, &number));
    EXPECT(HEDGEROW_HANDLE, hedgerow_image_writer_free((hedgerow_image_writer *)image));
    EXPECT(HEDGEROW_OK, hedgerow_image_iter_start(image, &iter));
    EXPECT(HEDGEROW_FOREIGN, hedgerow_image_iter_next(other, &iter, &entry));
    iter.opaque[3] ^= 1;
    EXPECT(HEDGEROW_SCRIBBLED, hedgerow_image_iter_next(image, &iter, &entry));
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, version, &edit));
    EXPECT(HEDGEROW_OPEN, hedgerow_version_image(store, edit, NULL, 0, &other));
    EXPECT(HEDGEROW_STALE, hedgerow_version_image(store, 0, NULL, 0, &other));
    EXPECT(HEDGEROW_OPEN, hedgerow_version_delta(store, version, edit, NULL, 0, NULL, &delta));
    EXPECT(HEDGEROW_OK, hedgerow_edit_abandon(store, edit));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(other));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(image));
    EXPECT(HEDGEROW_OK, hedgerow_image_free(NULL));
    EXPECT(HEDGEROW_OK, hedgerow_delta_free(NULL));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

int main(int count, char **arguments)
{
    char path[1000];
    (void)count;
    snprintf(path, sizeof path, "%s.image", arguments[0]);
    test_images_of_versions();
    test_deltas();
    test_words_that_stand_for_text();
    test_writers();
    test_files(path);
    test_damage();
    test_refusals();
    puts("images: all well");
    return 0;
}
