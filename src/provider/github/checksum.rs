//! The checksums in GitHub's tokens.

use aws_lc_rs::digest;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Characters at the end of a prefixed token that are its checksum.
const CRC_LENGTH: usize = 6;

/// Whether the last six characters of `body` (what follows the prefix) are the CRC32 of those before, in Base62
/// (github.blog, "Behind GitHub's new authentication token formats", 2021-04-05).
pub(super) fn crc_fits(body: &str) -> bool {
    let Some((covered, checksum)) = body.len().checked_sub(CRC_LENGTH).and_then(|at| body.split_at_checked(at)) else {
        return false;
    };
    let mut rest = crc32fast::hash(covered.as_bytes());
    let mut expected = [b'0'; CRC_LENGTH];
    for place in expected.iter_mut().rev() {
        *place = BASE62.get((rest % 62) as usize).copied().unwrap_or(b'0');
        rest /= 62;
    }
    checksum.as_bytes() == expected
}

/// Whether characters 78 to 85 of a fine-grained token are the beginning of the SHA-256 of those before, in Base32. GitHub does not
/// document it (mongodb/kingfisher found it): a hint, no proof.
pub(super) fn fine_grained_fits(token: &str) -> bool {
    let (Some(head), Some(checksum)) = (token.get(..77), token.get(77..85)) else {
        return false;
    };
    let hash = digest::digest(&digest::SHA256, head.as_bytes());
    let first_40_bits = hash.as_ref().iter().take(5).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let expected = (0..8).rev().map(|place| BASE32.get((first_40_bits >> (place * 5) & 31) as usize).copied().unwrap_or(b'A'));
    checksum.bytes().eq(expected)
}

#[cfg(test)]
mod tests {
    use super::{crc_fits, fine_grained_fits};

    /// The facts' synthetic vectors: Base62 of the CRC32, leading zeros kept.
    #[test]
    fn crc32_in_base62() {
        for (covered, checksum) in [
            ("0123456789ABCDEFGHIJabcdefghij", "4Us3aw"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "0uCPlr"),
            ("ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ", "3EAd4B"),
            ("000000000000000000000000000000", "2C8GjS"),
            ("EXAMPLEEXAMPLEEXAMPLEEX0000161", "00F0Gi"),
        ] {
            assert!(crc_fits(&format!("{covered}{checksum}")), "{covered}");
            assert!(!crc_fits(&format!("{}x{checksum}", &covered[1..])), "{covered}");
        }
        assert!(!crc_fits("abc"));
        assert!(!crc_fits(""));
    }

    #[test]
    fn sha256_in_base32() {
        let head = format!("{}11{}_{}", "github_pat_", "A".repeat(20), "B".repeat(43));
        assert!(fine_grained_fits(&format!("{head}KAJCXJFBzzzzzzzz")));
        assert!(!fine_grained_fits(&format!("{head}KAJCXJFCzzzzzzzz")));
        assert!(!fine_grained_fits(&head));
    }
}
