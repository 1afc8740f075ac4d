//! A secret as a QR code for a terminal: two rows of modules a line, in half blocks.

use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// So many light modules stand around it (ISO/IEC 18004): without them most readers find nothing.
const QUIET: i32 = 4;
/// Black on white whatever the terminal's colours are: a code in the terminal's own would be inverted on a dark one, and many readers refuse that.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const RESET: &str = "\x1b[0m";

/// The code, with error correction M; `None` for what is too long for any.
pub(super) fn draw(secret: &Secret) -> Option<Zeroizing<String>> {
    let code = QrCode::with_error_correction_level(secret.expose().as_bytes(), EcLevel::M).ok()?;
    let width = i32::try_from(code.width()).ok()?;
    let is_dark = |x: i32, y: i32| {
        let inside = |at: i32| usize::try_from(at).ok().filter(|at| *at < code.width());
        matches!((inside(x), inside(y)), (Some(x), Some(y)) if code[(x, y)] == Color::Dark)
    };
    let lines = usize::try_from(width + 2 * QUIET).ok()?;
    // Room for all of it: growing would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(lines * (3 * lines + 64)));
    for y in (-QUIET..width + QUIET).step_by(2) {
        text.push_str(BLACK_ON_WHITE);
        for x in -QUIET..width + QUIET {
            text.push(match (is_dark(x, y), is_dark(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        text.push_str(RESET);
        text.push('\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{BLACK_ON_WHITE, QUIET, RESET, draw};
    use crate::secret::Secret;

    #[test]
    fn another_program_reads_the_key_from_what_is_drawn() {
        let key = format!("AGE-SECRET-KEY-1{}", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE");
        let signed = format!("{key}:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        for text in [key, signed] {
            let drawn = draw(&Secret::from(text.clone())).unwrap();
            // Each character is two modules, one above the other; three pixels a module.
            let lines = drawn.lines().map(|line| line.trim_start_matches(BLACK_ON_WHITE).trim_end_matches(RESET));
            let rows: Vec<Vec<bool>> =
                lines.flat_map(|line| ["█▀", "█▄"].map(|dark| line.chars().map(|sign| dark.contains(sign)).collect())).collect();
            let (width, height) = (rows[0].len() * 3, rows.len() * 3);
            let mut image =
                rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| if rows[y / 3][x / 3] { 0 } else { 255 });
            let grids = image.detect_grids();
            assert_eq!(grids.len(), 1);
            let (meta, read) = grids[0].decode().unwrap();
            assert_eq!(read, text);
            // The format's own number for level M.
            assert_eq!(meta.ecc_level, 0);
        }
    }

    #[test]
    fn a_key_fits_into_a_small_terminal_with_its_quiet_zone() {
        let key = format!("AGE-SECRET-KEY-1{}", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE");
        let drawn = draw(&Secret::from(key)).unwrap();
        let lines: Vec<&str> = drawn.lines().collect();
        let bare = |line: &str| line.strip_prefix(BLACK_ON_WHITE).unwrap().strip_suffix(RESET).unwrap().to_owned();
        let width = bare(lines[0]).chars().count();
        assert!(width <= 80 && lines.len() <= 24, "{width} × {}", lines.len());
        assert!(lines.iter().all(|line| bare(line).chars().count() == width));
        let quiet = usize::try_from(QUIET).unwrap();
        assert!(lines[..quiet / 2].iter().all(|line| bare(line).trim().is_empty()));
        assert!(lines.iter().all(|line| bare(line).starts_with(&" ".repeat(quiet))));
        // The corner of the first finder pattern: seven dark modules, then light.
        let corner: String = bare(lines[quiet / 2]).chars().skip(quiet).take(8).collect();
        assert_eq!(corner, "█▀▀▀▀▀█ ");
        assert!(draw(&Secret::from("x".repeat(4000))).is_none());
    }
}
