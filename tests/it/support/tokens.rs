//! Tokens that look real and are not: put together at run time from a label, with the checksums that the providers' rules ask for.

use aws_lc_rs::digest::{SHA256, digest};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `length` characters of the alphabet that are the same for the same label and like no other's.
pub(crate) fn letters(label: &str, length: usize, alphabet: &[u8]) -> String {
    let mut text = String::with_capacity(length);
    for round in 0_u32.. {
        let hash = digest(&SHA256, format!("gitconn test token {label} {round}").as_bytes());
        for byte in hash.as_ref() {
            if text.len() == length {
                return text;
            }
            text.push(char::from(alphabet[usize::from(*byte) % alphabet.len()]));
        }
    }
    text
}

/// A prefix joined to the rest, so that no source line holds a whole token.
fn join(prefix: &str, rest: &str) -> String {
    format!("{prefix}_{rest}")
}

/// GitHub's checksum: CRC-32 in base 62, six characters (GitHub blog, 5 April 2021).
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    String::from_utf8_lossy(&digits).into_owned()
}

/// A token of 40 characters with GitHub's checksum, of the kind that the prefix names.
pub(crate) fn github(prefix: &str, label: &str) -> String {
    let body = letters(label, 30, BASE62);
    join(prefix, &format!("{body}{}", checksum(&body)))
}

/// A classic personal access token.
pub(crate) fn classic(label: &str) -> String {
    github("ghp", label)
}

/// A fine-grained personal access token: 93 characters, its checksum as kingfisher's rule has it (base 32 of SHA-256 of the head).
pub(crate) fn fine_grained(label: &str) -> String {
    let head = join("github", &format!("pat_{}_{}", letters(label, 22, BASE62), letters(&format!("{label} 2"), 43, BASE62)));
    let hash = digest(&SHA256, head.as_bytes());
    let bits = hash.as_ref().iter().take(5).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let check: String =
        (0..8).rev().map(|place| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> (place * 5) & 31) as usize])).collect();
    format!("{head}{check}{}", letters(&format!("{label} 3"), 8, BASE62))
}

/// A refresh token: 80 characters.
pub(crate) fn refresh(label: &str) -> String {
    let body = letters(label, 70, BASE62);
    join("ghr", &format!("{body}{}", checksum(&body)))
}

/// An installation token of the stateless form, of no app in particular.
pub(crate) fn installation(label: &str) -> String {
    stateless(123_456, label)
}

/// An installation token of the stateless form: `ghs_APPID_JWT`, two dots, `-` and `_` inside, about 520 characters.
pub(crate) fn stateless(app: u64, label: &str) -> String {
    join("ghs", &format!("{app}_{}", jwt(label)))
}

/// What looks like a JWT, about 510 characters: nothing can be read out of it.
pub(crate) fn jwt(label: &str) -> String {
    let part = |name: &str, length| {
        letters(&format!("{label} {name}"), length, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    };
    format!("eyJ{}.eyJ{}.{}", part("head", 60), part("claims", 200), part("signature", 240))
}

/// A GitLab personal, project or group token: `glpat-` and 20 characters.
pub(crate) fn gitlab(label: &str) -> String {
    format!("{}-{}", "glpat", letters(label, 20, BASE62))
}

/// The token of a job of GitLab CI: `glcbt-`, the partition in hexadecimal digits, and 20 characters (GitLab §1).
pub(crate) fn gitlab_job(label: &str) -> String {
    format!("{}-64_{}", "glcbt", letters(label, 20, BASE62))
}

/// An Atlassian API token: `ATATT`, of a length that is not the same for every label, with `-`, `_` and `=` inside (Bitbucket A1 has the
/// prefix, and that no length may be relied on; the rest is ours).
pub(crate) fn bitbucket_api(label: &str) -> String {
    let length = 160 + label.bytes().map(usize::from).sum::<usize>() % 40;
    format!("{}3xFfGF0{}-_{}", "ATATT", letters(label, length, BASE62), tail(label))
}

/// A Bitbucket access token of a repository, project or workspace (Bitbucket A1 has its ends; the length is ours).
pub(crate) fn bitbucket_access(label: &str) -> String {
    format!("{}3xFfGN0{}{}", "ATCTT", letters(label, 170, BASE62), tail(label))
}

/// `=` and eight hexadecimal digits.
fn tail(label: &str) -> String {
    format!("={}", letters(&format!("{label} tail"), 8, b"0123456789ABCDEF"))
}

/// What a login at Bitbucket brings: more than 2,500 characters (Bitbucket A1.3). That it has the form of a JWT is ours.
pub(crate) fn bitbucket_login(label: &str) -> String {
    let part = |name: &str, length| {
        letters(&format!("{label} {name}"), length, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    };
    format!("eyJ{}.eyJ{}.{}", part("head", 80), part("claims", 2_200), part("signature", 340))
}

/// A Gitea or Forgejo personal token: 40 hexadecimal digits, and nothing that says whose they are.
pub(crate) fn gitea(label: &str) -> String {
    letters(label, 40, b"0123456789abcdef")
}

/// Text of a prefix's other kinds: `gldt`, `ATATT`, `npm` …
pub(crate) fn other(prefix: &str, separator: &str, label: &str, length: usize) -> String {
    format!("{prefix}{separator}{}", letters(label, length, BASE62))
}

#[test]
fn checksums_are_the_published_ones() {
    // The synthetic vectors of the rule's description: prefix and body are joined here only.
    assert_eq!(checksum("0123456789ABCDEFGHIJabcdefghij"), "4Us3aw");
    assert_eq!(checksum(&"A".repeat(30)), "0uCPlr");
    assert_eq!(checksum("EXAMPLEEXAMPLEEXAMPLEEX0000161"), "00F0Gi");
    assert_eq!(classic("a").len(), 40);
    assert_eq!(fine_grained("a").len(), 93);
    assert_eq!(refresh("a").len(), 80);
    assert_ne!(classic("a"), classic("b"));
    assert_ne!(bitbucket_api("a").len(), bitbucket_api("b").len());
    assert!(bitbucket_login("a").len() > 2_560);
}
