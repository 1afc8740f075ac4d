//! One of several ways, chosen with the arrow keys or by its number.

use console::{Key, Term};

use super::failure::Failure;
use super::out::Style;

/// Asks until one of `ways` is chosen, the first of them at once with Enter. Only for a terminal.
pub(super) fn choose(question: &str, ways: &[&str], style: Style) -> Result<usize, Failure> {
    let terminal = Term::stderr();
    let mut chosen = 0;
    let say = |line: &str| terminal.write_line(line).map_err(Failure::prompt);
    say(&format!("{} {question}", style.strong("?")))?;
    loop {
        for (place, way) in ways.iter().enumerate() {
            let sign = if place == chosen { style.strong("❯") } else { " ".to_owned() };
            say(&format!("  {sign} {}  {way}", place + 1))?;
        }
        let key = terminal.read_key().map_err(Failure::prompt)?;
        let typed = match key {
            Key::Char(digit) => digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()),
            _ => None,
        };
        match key {
            Key::Enter => return Ok(chosen),
            Key::ArrowUp | Key::Char('k') => chosen = chosen.checked_sub(1).unwrap_or(ways.len() - 1),
            Key::ArrowDown | Key::Tab | Key::Char('j') => chosen = (chosen + 1) % ways.len(),
            Key::Escape | Key::CtrlC => return Err(Failure::interrupted()),
            _ => {}
        }
        if let Some(number) = typed.filter(|number| (1..=ways.len()).contains(number)) {
            return Ok(number - 1);
        }
        terminal.clear_last_lines(ways.len()).map_err(Failure::prompt)?;
    }
}
