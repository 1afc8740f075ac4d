//! `q` and `sort`: the little language that Bitbucket filters with (Bitbucket A3).
//!
//! Texts stand in double quotes and know two escapes, `\"` and `\\`; `~` is "contains" without regard to case. What it knows besides, and what
//! it says of a query that it cannot read, is written by hand: here such a query is refused, so that a client that builds one is found out.

/// A row that can be filtered and sorted.
pub(super) trait Row {
    /// The fields that it can be filtered by.
    const FILTERS: &'static [&'static str];

    /// The fields that it can be sorted by.
    const SORTS: &'static [&'static str];

    /// The text of a field.
    fn field(&self, name: &str) -> String;
}

/// One `field operator value`.
#[derive(Debug, PartialEq, Eq)]
struct Condition {
    field: String,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Contains,
    Is,
    IsNot,
}

impl Condition {
    fn fits(&self, row: &impl Row) -> bool {
        let is = row.field(&self.field);
        match self.operator {
            Operator::Contains => is.to_lowercase().contains(&self.value.to_lowercase()),
            Operator::Is => is == self.value,
            Operator::IsNot => is != self.value,
        }
    }
}

/// Keeps the rows that fit; `Err` is a query that cannot be read.
pub(super) fn filter<T: Row>(rows: &mut Vec<T>, query: &str) -> Result<(), ()> {
    let any = alternatives(query)?;
    if any.iter().flatten().any(|condition| !T::FILTERS.contains(&condition.field.as_str())) {
        return Err(());
    }
    rows.retain(|row| any.iter().any(|all| all.iter().all(|condition| condition.fits(row))));
    Ok(())
}

/// Sorts by a field, the other way round behind a `-`; `Err` is a field that nobody knows. A `name` is sorted as people count.
pub(super) fn sort<T: Row>(rows: &mut [T], by: &str) -> Result<(), ()> {
    let (field, is_reversed) = by.strip_prefix('-').map_or((by, false), |field| (field, true));
    if !T::SORTS.contains(&field) {
        return Err(());
    }
    rows.sort_by_cached_key(|row| natural(&row.field(field)));
    if is_reversed {
        rows.reverse();
    }
    Ok(())
}

/// Runs of digits count as numbers: `b2` before `b10`.
fn natural(text: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = vec![(String::new(), 0)];
    let mut was_digit = false;
    for character in text.chars() {
        let digit = character.to_digit(10).map(u64::from);
        if was_digit && digit.is_none() {
            parts.push((String::new(), 0));
        }
        was_digit = digit.is_some();
        let (words, number) = parts.last_mut().unwrap();
        match digit {
            Some(digit) => *number = number.saturating_mul(10).saturating_add(digit),
            None => words.push(character),
        }
    }
    parts
}

/// `AND` binds closer than `OR`.
fn alternatives(query: &str) -> Result<Vec<Vec<Condition>>, ()> {
    let mut rest = query.trim();
    let mut any = vec![Vec::new()];
    loop {
        let (condition, after) = condition(rest)?;
        any.last_mut().unwrap().push(condition);
        if after.is_empty() {
            return Ok(any);
        }
        rest = match after.strip_prefix("OR ") {
            Some(rest) => {
                any.push(Vec::new());
                rest.trim_start()
            }
            None => after.strip_prefix("AND ").ok_or(())?.trim_start(),
        };
    }
}

fn condition(text: &str) -> Result<(Condition, &str), ()> {
    let end = text.find(|character: char| !(character.is_ascii_alphanumeric() || "._".contains(character))).ok_or(())?;
    let (field, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let known = [("~", Operator::Contains), ("!=", Operator::IsNot), ("=", Operator::Is)];
    let (operator, rest) =
        known.iter().find_map(|(sign, operator)| rest.strip_prefix(sign).map(|rest| (*operator, rest))).ok_or(())?;
    let (value, rest) = value(rest.trim_start())?;
    if field.is_empty() {
        return Err(());
    }
    Ok((Condition { field: field.to_owned(), operator, value }, rest.trim_start()))
}

/// A text in quotes, or `true` and `false`.
fn value(text: &str) -> Result<(String, &str), ()> {
    for word in ["true", "false"] {
        if let Some(rest) = text.strip_prefix(word) {
            return Ok((word.to_owned(), rest));
        }
    }
    let text = text.strip_prefix('"').ok_or(())?;
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                _ => return Err(()),
            },
            _ => value.push(character),
        }
    }
    Err(())
}

#[test]
fn a_query_is_read_to_the_letter() {
    let read = alternatives;
    let is = |field: &str, operator, value: &str| Condition { field: field.to_owned(), operator, value: value.to_owned() };
    assert_eq!(read(r#"name ~ "a\"b\\c""#), Ok(vec![vec![is("name", Operator::Contains, r#"a"b\c"#)]]));
    assert_eq!(
        read(r#"name~"api" AND is_private=true"#),
        Ok(vec![vec![is("name", Operator::Contains, "api"), is("is_private", Operator::Is, "true")]])
    );
    assert_eq!(
        read(r#"slug = "a" OR slug != "b""#),
        Ok(vec![vec![is("slug", Operator::Is, "a")], vec![is("slug", Operator::IsNot, "b")]])
    );
    for bad in
        ["", "name", "name ~", "name ~ x", r#"name ~ "a"#, r#"name ~ "a" b"#, r#"name ~ "a"b""#, r#"name ~ "a\b""#, r#"~ "a""#]
    {
        assert_eq!(read(bad), Err(()), "{bad}");
    }
}

#[test]
fn names_are_sorted_as_people_count() {
    let mut names = ["b10", "b2", "b", "a11x", "a11", "a2"];
    names.sort_by_cached_key(|name| natural(name));
    assert_eq!(names, ["a2", "a11", "a11x", "b", "b2", "b10"]);
}
