/* checksum.h -- what a tracker writes beside a migration to know its text again (inside migrations).
 *
 * In:    the bytes of a file, its name, the id and name in the table.
 * Out:   the text as the table holds it; compared without regard to the case of letters.
 * Source: Prisma checksum.rs; sqlx-core migrate/migration.rs; yoyo; postgres-migrations; Flyway ChecksumCalculator.java (signed decimal of
 *        CRC-32 over the lines without their ends, a byte order mark left out); refinery_core runner.rs (SipHash-1-3, keys 0);
 *        Atlas sql/migrate/dir.go; graphile-migrate.
 */
#ifndef HOOKCHECK_MIGRATIONS_CHECKSUM_H
#define HOOKCHECK_MIGRATIONS_CHECKSUM_H

#include "base/arena.h"
#include "base/str.h"

struct checksum_subject {
    struct str bytes;
    struct str unit; /* the file's base name */
    struct str id, name;
};

/* False: there is no such kind, or it cannot be computed for this file (refinery's .rs): nothing can be said. */
bool checksum_of(struct arena *arena, struct str kind, const struct checksum_subject *subject,
                 struct str *ret_text);
/* Same checksum? `legacy` forms of the tools count. */
bool checksum_equal(struct arena *arena, struct str kind, struct str recorded, struct str actual);

/* CRC-32 (zlib's polynomial) over lines without their ends; `with_ends`: very old versions of Flyway. */
int32_t checksum_crc32_lines(struct str bytes, bool with_ends);
/* SipHash-c-d with 64 bits of result. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF". */
uint64_t checksum_siphash(unsigned c, unsigned d, uint64_t key0, uint64_t key1, struct str bytes);

/* All line ends as LF, or as CRLF. */
struct str checksum_with_lf(struct arena *arena, struct str bytes);
struct str checksum_with_crlf(struct arena *arena, struct str bytes);

/* A pointer of Git LFS, in place of the file's own bytes. */
bool checksum_is_of_lfs(struct str bytes);

#endif
