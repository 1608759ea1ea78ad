/* Checksums against values that the tools or their standards have published. */
#include <criterion/criterion.h>

#include "migrations/checksum.h"

static struct str sum(struct arena *arena, const char *kind, struct checksum_subject subject)
{
    struct str text = STR_NONE;

    cr_assert(checksum_of(arena, str_from(kind), &subject, &text), "%s", kind);
    return text;
}

static void is(struct str got, const char *wanted)
{
    cr_expect(str_eq(got, str_from(wanted)), "got " STR_FMT ", wanted %s", STR_ARG(got), wanted);
}

/* FIPS 180-4 examples: "abc". */
Test(checksum, digests_of_abc)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct checksum_subject abc = {.bytes = STR("abc"), .id = STR("abc"), .unit = STR("a")};

    is(sum(&arena, "sha1_hex", abc), "a9993e364706816aba3e25717850c26c9cd0d89d");
    is(sum(&arena, "sha256_hex", abc),
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    is(sum(&arena, "sha256_hex_of_id", abc),
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    is(sum(&arena, "sha384", abc), "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5be"
                                   "d8086072ba1e7cc2358baeca134c825a"
                                   "7");
    abc.bytes = STR("bc");
    is(sum(&arena, "sha1_name_plus_sql", abc), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

/* The check value of CRC-32/ISO-HDLC is 0xcbf43926. */
Test(checksum, crc_of_lines_leaves_out_their_ends)
{
    cr_expect_eq(checksum_crc32_lines(STR("123456789"), false), (int32_t)0xcbf43926);
    cr_expect_eq(checksum_crc32_lines(STR("1234\n56789\n"), false), (int32_t)0xcbf43926);
    cr_expect_eq(checksum_crc32_lines(STR("12\r\n34\r56789"), false), (int32_t)0xcbf43926);
    cr_expect_eq(checksum_crc32_lines(STR("\xef\xbb\xbf"
                                          "123456789"),
                                      false),
                 (int32_t)0xcbf43926);
    cr_expect_neq(checksum_crc32_lines(STR("1234\n56789\n"), true), (int32_t)0xcbf43926);
    cr_expect_eq(checksum_crc32_lines(STR(""), false), 0);
}

/* SipHash-2-4 of the paper, appendix A: key 00…0f, message 00…0e. */
Test(checksum, siphash_of_its_paper)
{
    cr_expect_eq(
        checksum_siphash(2, 4, 0x0706050403020100u, 0x0f0e0d0c0b0a0908u,
                         STR("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e")),
        0xa129ca6149be45e5u);
}

/* refinery/tests/postgres.rs: the first migrations of its own test. */
Test(checksum, refinery_of_its_own_tests)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct checksum_subject source = {.unit = STR("V1__a.rs"), .id = STR("1"), .name = STR("a")};
    struct str text;

    cr_expect_not(checksum_of(&arena, STR("siphash13_refinery"), &source, &text),
                  "what Rust generates cannot be hashed here");
    source.unit = STR("V1__a.sql");
    cr_expect(checksum_of(&arena, STR("siphash13_refinery"), &source, &text));
    cr_expect_not(checksum_of(&arena, STR("nothing"), &source, &text));
}

Test(checksum, line_ends)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    is(checksum_with_lf(&arena, STR("a\r\nb\rc\n")), "a\nb\rc\n");
    is(checksum_with_crlf(&arena, STR("a\r\nb\nc")), "a\r\nb\r\nc");
}

/* An old version of Prisma wrote each byte without its leading zero. */
Test(checksum, equal_in_the_forms_that_tools_wrote)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str full = STR("0a00ff01ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61");

    cr_expect(checksum_equal(&arena, STR("sha256_hex"),
                             STR("a0ff1ba7816bf8f1cfea414140de5dae2223b0361a396177a9cb410ff61"),
                             full));
    cr_expect(checksum_equal(&arena, STR("sha384"), STR("ABCD"), STR("abcd")));
    cr_expect_not(checksum_equal(&arena, STR("sha384"), STR("a"), STR("0a")));
}
