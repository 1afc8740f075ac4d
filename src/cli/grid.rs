//! Rows and columns for people: aligned, cut to the terminal by whole columns, never wrapped.

use comfy_table::{ContentArrangement, Table, presets};

/// A column that must be narrower shows at least so many characters.
const LEAST: usize = 16;
/// Text at the end of a row that flows into further lines gets at least so many columns.
const LEAST_FLOW: usize = 24;

/// A table of cells that are already styled. Text from outside must have passed `model::clean`.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// The last column is text that may go on in the next line; otherwise whole columns are left out where there is no room.
    flows: bool,
    /// The heading of a column that is left out last.
    dear: Option<&'static str>,
}

impl Grid {
    /// A table with these headings; an empty list makes one without a line of headings.
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), ..Self::default() }
    }

    /// Lets the last column flow: it is never left out.
    #[must_use]
    pub(crate) fn flowing(mut self) -> Self {
        self.flows = true;
        self
    }

    /// Names a column that says more than those before it: it is left out last.
    #[must_use]
    pub(crate) fn keeping(mut self, heading: &'static str) -> Self {
        self.dear = Some(heading);
        self
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Aligned columns, two spaces apart, within `width` columns of the terminal: long cells are cut with `…`, then whole columns are left
    /// out from the right, the first one never and one that is dear last. Second: the headings of what was left out.
    pub(crate) fn to_table(&self, width: Option<usize>) -> (String, Vec<&'static str>) {
        if self.rows.is_empty() {
            return (String::new(), Vec::new());
        }
        let natural = self.widths();
        let mut widths = natural.clone();
        let width = width.unwrap_or(usize::MAX);
        let flows = self.flows && widths.len() > 1;
        let taken = |widths: &[usize]| widths.iter().sum::<usize>().saturating_add(2 * widths.len().saturating_sub(1));
        if flows && let Some((last, others)) = widths.split_last_mut() {
            let room = width.saturating_sub(others.iter().sum::<usize>() + 2 * others.len());
            *last = (*last).min(room.max(LEAST_FLOW));
        }
        // The widest gives way first, so that one long name does not take the room of everything else.
        let shrinkable = if flows { widths.len() - 1 } else { widths.len() };
        while taken(&widths) > width {
            let Some(widest) = (0..shrinkable).filter(|column| widths[*column] > LEAST).max_by_key(|column| widths[*column])
            else {
                break;
            };
            widths[widest] -= 1;
        }
        let mut kept: Vec<(usize, usize)> = widths.into_iter().enumerate().collect();
        let taken = |kept: &[(usize, usize)]| taken(&kept.iter().map(|(_, width)| *width).collect::<Vec<_>>());
        let is_dear = |column: usize| self.dear.is_some() && self.headings.get(column).copied() == self.dear;
        while !flows && kept.len() > 1 && taken(&kept) > width {
            let last = (1..kept.len()).rev().find(|place| !is_dear(kept[*place].0));
            kept.remove(last.unwrap_or(kept.len() - 1));
        }
        // What was left out makes room for what was cut.
        for place in 0..kept.len() {
            let room = width.saturating_sub(taken(&kept));
            let (column, width) = &mut kept[place];
            *width = natural[*column].min(width.saturating_add(room));
        }
        let is_kept = |column: usize| kept.iter().any(|(known, _)| *known == column);
        let dropped = self.headings.iter().enumerate().filter(|(column, _)| !is_kept(*column)).map(|(_, heading)| *heading);
        (self.render(&kept, flows), dropped.collect())
    }

    /// The width of each column at its widest.
    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).chain([self.headings.len()]).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| console::measure_text_width(cell));
            cells.chain(self.headings.get(column).map(|heading| heading.len())).max().unwrap_or(0)
        };
        (0..columns).map(widest).collect()
    }

    /// These columns, each at its width.
    fn render(&self, columns: &[(usize, usize)], flows: bool) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        if !self.headings.is_empty() {
            table.set_header(columns.iter().filter_map(|(column, _)| self.headings.get(*column)).copied());
        }
        let last = columns.last().map(|(column, _)| *column);
        for row in &self.rows {
            let cells = columns.iter().filter_map(|(column, width)| Some((Some(*column), row.get(*column)?, width)));
            table.add_row(cells.map(|(column, cell, width)| {
                if flows && column == last { flow(cell, *width) } else { console::truncate_str(cell, *width, "…").into_owned() }
            }));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
    }

    /// Tab-separated, one row a line, without headings.
    pub(crate) fn to_tsv(&self) -> String {
        self.rows.iter().fold(String::new(), |text, row| {
            text + &tsv_line(row)
                + "
"
        })
    }
}

/// Text in lines of at most `width` columns, broken between words. A word that is longer (an address, a key) stays whole.
fn flow(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut()
            && (line.is_empty() || console::measure_text_width(line) + 1 + console::measure_text_width(word) <= width)
        {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}

/// One tab-separated line. Tabs and line ends cannot be inside a cell: text from outside is cleaned of them before.
pub(super) fn tsv_line(cells: &[String]) -> String {
    cells.iter().map(|cell| cell.replace(['\t', '\n'], " ")).collect::<Vec<_>>().join("\t")
}

#[cfg(test)]
mod tests {
    use super::Grid;

    fn grid() -> Grid {
        let mut grid = Grid::new(&["NAME", "HOST", "CHECKED"]);
        grid.row(vec!["work".into(), "github.com".into(), "2 min ago".into()]);
        grid.row(vec!["gl-ops".into(), "\u{1b}[31mgit.acme.com\u{1b}[0m".into(), "yesterday".into()]);
        grid
    }

    #[test]
    fn columns_are_aligned_whatever_their_colour() {
        assert_eq!(
            grid().to_table(None).0,
            "NAME    HOST          CHECKED\nwork    github.com    2 min ago\ngl-ops  \u{1b}[31mgit.acme.com\u{1b}[0m  yesterday\n"
        );
    }

    #[test]
    fn a_narrow_terminal_loses_columns_from_the_right_and_says_which() {
        let (table, dropped) = grid().to_table(Some(25));
        assert_eq!((table.lines().next(), dropped), (Some("NAME    HOST"), vec!["CHECKED"]));
        let (table, dropped) = grid().to_table(Some(3));
        assert_eq!((table.lines().nth(1), dropped.len()), (Some("work"), 2));
    }

    #[test]
    fn a_column_that_is_dear_is_left_out_last() {
        let table = |width| {
            let mut grid = Grid::new(&["NAME", "HOST", "STATUS", "CHECKED"]).keeping("STATUS");
            grid.row(vec!["work".into(), "github.com".into(), "suspended".into(), "today".into()]);
            grid.to_table(Some(width))
        };
        assert_eq!(table(28), ("NAME  HOST        STATUS\nwork  github.com  suspended\n".to_owned(), vec!["CHECKED"]));
        assert_eq!(table(18), ("NAME  STATUS\nwork  suspended\n".to_owned(), vec!["HOST", "CHECKED"]));
        assert_eq!(table(9).1, ["HOST", "STATUS", "CHECKED"]);
    }

    #[test]
    fn one_long_name_does_not_take_the_room_of_everything() {
        let mut grid = Grid::new(&["NAME", "ACCOUNT", "STATUS"]);
        grid.row(vec!["a".into(), "project_7_bot_0123456789abcdef0123456789abcdef".into(), "active".into()]);
        let (table, dropped) = grid.to_table(Some(40));
        assert_eq!(table, "NAME  ACCOUNT                     STATUS\na     project_7_bot_0123456789a…  active\n");
        assert!(dropped.is_empty());
    }

    #[test]
    fn text_flows_and_is_never_left_out() {
        let mut grid = Grid::new(&[]).flowing();
        grid.row(vec!["? bb".into(), "bitbucket.org did not answer within 10 s; it was last good 3 days ago".into()]);
        let (table, _) = grid.to_table(Some(40));
        assert_eq!(table, "? bb  bitbucket.org did not answer\n      within 10 s; it was last good 3\n      days ago\n");
        assert!(grid.to_table(Some(10)).0.contains("bitbucket.org"));
    }

    #[test]
    fn tsv_has_no_headings() {
        let mut grid = Grid::new(&["A", "B"]);
        grid.row(vec!["1".into(), "two words".into()]);
        assert_eq!(grid.to_tsv(), "1\ttwo words\n");
    }
}
