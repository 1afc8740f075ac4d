//! Rows and columns for people: aligned, cut to the terminal by whole columns, never wrapped.

use comfy_table::{ContentArrangement, Table, presets};

/// A table of cells that are already styled. Text from outside must have passed `model::clean`.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table with these headings; an empty list makes one without a line of headings.
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Aligned columns, two spaces apart. Columns that do not fit are dropped from the right, the first one never.
    pub(crate) fn to_table(&self, width: Option<usize>) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let columns = self.rows.iter().map(Vec::len).chain([self.headings.len()]).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| console::measure_text_width(cell));
                cells.chain(self.headings.get(column).map(|heading| heading.len())).max().unwrap_or(0)
            })
            .collect();
        let mut kept = columns;
        while let Some(width) = width
            && kept > 1
            && widths[..kept].iter().sum::<usize>() + 2 * (kept - 1) > width
        {
            kept -= 1;
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        if !self.headings.is_empty() {
            table.set_header(self.headings.iter().take(kept).copied());
        }
        for row in &self.rows {
            table.add_row(row.iter().take(kept));
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
            grid().to_table(None),
            "NAME    HOST          CHECKED\nwork    github.com    2 min ago\ngl-ops  \u{1b}[31mgit.acme.com\u{1b}[0m  yesterday\n"
        );
    }

    #[test]
    fn a_narrow_terminal_loses_columns_from_the_right() {
        assert_eq!(grid().to_table(Some(25)).lines().next(), Some("NAME    HOST"));
        assert_eq!(grid().to_table(Some(3)).lines().nth(1), Some("work"));
    }

    #[test]
    fn tsv_has_no_headings() {
        let mut grid = Grid::new(&["A", "B"]);
        grid.row(vec!["1".into(), "two words".into()]);
        assert_eq!(grid.to_tsv(), "1\ttwo words\n");
    }
}
