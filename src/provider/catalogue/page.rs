//! The page `docs/providers.md`, and that it says what the code does.
