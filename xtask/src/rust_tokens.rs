//! Rust source as words, texts and marks, each with its line: enough to check rules without a
//! compiler. Comments, lifetimes and single characters are left out.

/// A piece of source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Line, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a piece of source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word(String),
    /// The content of a text or byte text, as written.
    Text(String),
    /// A number as written.
    Number(String),
    /// `::`, or one character of anything else.
    Mark(String),
}

impl Token {
    /// The word, where it is one.
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether it is this word or mark.
    pub fn is(&self, what: &str) -> bool {
        matches!(&self.kind, Kind::Word(text) | Kind::Mark(text) if text == what)
    }
}

/// Whether source goes on with these words and marks.
pub fn starts_with(tokens: &[Token], wanted: &[&str]) -> bool {
    tokens.len() >= wanted.len() && tokens.iter().zip(wanted).all(|(token, w)| token.is(w))
}

/// Takes source apart. Source that does not compile gives something, and never a panic.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader { rest: source, line: 1, tokens: Vec::new() };
    while !reader.rest.is_empty() {
        reader.step();
    }
    reader.tokens
}

/// The same tokens without the items that stand under `#[cfg(test)]`.
pub fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if starts_with(&tokens[at..], &ATTRIBUTE) {
            at = end_of_item(tokens, at + ATTRIBUTE.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Behind the `;` or the closing brace of the item that begins here.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        if token.is("{") {
            depth += 1;
        } else if token.is("}") {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 && (token.is("}") || token.is(";")) {
            return at + 1;
        }
    }
    tokens.len()
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl<'a> Reader<'a> {
    /// Takes so many bytes, counting lines.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line += taken.matches('\n').count();
        taken
    }

    /// Takes characters as long as they are wanted.
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        self.take(length)
    }

    fn step(&mut self) {
        let line = self.line;
        let Some(first) = self.rest.chars().next() else { return };
        let kind = if self.rest.starts_with("//") {
            self.take_while(|c| c != '\n');
            return;
        } else if self.rest.starts_with("/*") {
            self.block_comment();
            return;
        } else if let Some(form) = TextForm::of(self.rest) {
            self.take(form.open);
            let length = form.length(self.rest);
            let text = self.take(length).to_owned();
            self.take(form.close().len().min(self.rest.len()));
            Kind::Text(text)
        } else if first == '\'' {
            self.character_or_lifetime();
            return;
        } else if is_word(first) && !first.is_ascii_digit() {
            Kind::Word(self.take_while(is_word).to_owned())
        } else if first.is_ascii_digit() {
            Kind::Number(self.number())
        } else if self.rest.starts_with("::") {
            Kind::Mark(self.take(2).to_owned())
        } else {
            let mark = self.take(first.len_utf8());
            if first.is_whitespace() {
                return;
            }
            Kind::Mark(mark.to_owned())
        };
        self.tokens.push(Token { line, kind });
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(next) = self.rest.chars().next() {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.take(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.take(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.take(next.len_utf8());
            }
        }
    }

    fn character_or_lifetime(&mut self) {
        let mut ahead = self.rest.chars().skip(1);
        match (ahead.next(), ahead.next()) {
            (Some('\\'), Some(escaped)) => {
                self.take(2 + escaped.len_utf8());
                self.take_while(|c| c != '\'');
                self.take(1.min(self.rest.len()));
            }
            (Some(c), Some('\'')) => {
                self.take(2 + c.len_utf8());
            }
            _ => {
                self.take(1);
                self.take_while(is_word);
            }
        }
    }

    /// Digits, letters, and one point with digits behind it.
    fn number(&mut self) -> String {
        let mut number = self.take_while(is_word).to_owned();
        let mut ahead = self.rest.chars();
        if ahead.next() == Some('.') && ahead.next().is_some_and(|c| c.is_ascii_digit()) {
            number.push_str(self.take(1));
            number.push_str(self.take_while(is_word));
        }
        number
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How a text is opened and closed.
struct TextForm {
    /// Length of prefix, hashes and quote.
    open: usize,
    /// Hashes of a raw text, in which a backslash is a backslash.
    raw: Option<usize>,
}

impl TextForm {
    fn of(rest: &str) -> Option<Self> {
        let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|p| {
            rest.strip_prefix(p).is_some_and(|after| {
                let after = if p.ends_with('r') { after.trim_start_matches('#') } else { after };
                after.starts_with('"')
            })
        })?;
        let hashes = rest[prefix.len()..].bytes().take_while(|b| *b == b'#').count();
        let raw = prefix.ends_with('r').then_some(hashes);
        Some(Self { open: prefix.len() + hashes + 1, raw })
    }

    fn close(&self) -> String {
        format!("\"{}", "#".repeat(self.raw.unwrap_or(0)))
    }

    /// Length of the content.
    fn length(&self, rest: &str) -> usize {
        if self.raw.is_some() {
            return rest.find(&self.close()).unwrap_or(rest.len());
        }
        let mut escaped = false;
        for (at, c) in rest.char_indices() {
            match c {
                '"' if !escaped => return at,
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        rest.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> Vec<String> {
        let show = |token: Token| match token.kind {
            Kind::Word(t) | Kind::Mark(t) => t,
            Kind::Text(t) => format!("«{t}»"),
            Kind::Number(t) => format!("n{t}"),
        };
        tokens(source).into_iter().map(show).collect()
    }

    #[test]
    fn comments_lifetimes_and_characters_are_left_out() {
        let source = "a /* x /* y */ z */ b // c\n&'d 'e' '\\'' b'f' '\\u{1F600}' g";
        assert_eq!(shown(source), ["a", "b", "&", "b", "g"]);
    }

    #[test]
    fn texts_end_where_they_end() {
        assert_eq!(shown(r#" "a\"b" c"#), [r#"«a\"b»"#, "c"]);
        assert_eq!(shown(r##" r#"a"b\"# b"d" r"\" e"##), [r#"«a"b\»"#, "«d»", r"«\»", "e"]);
        assert_eq!(shown("rust br"), ["rust", "br"]);
    }

    #[test]
    fn numbers_have_one_point_and_ranges_have_none() {
        assert_eq!(
            shown("1.5 1..2 1_000i64 x.0"),
            ["n1.5", "n1", ".", ".", "n2", "n1_000i64", "x", ".", "n0"]
        );
    }

    #[test]
    fn lines_are_counted_through_texts() {
        let last = tokens("\"a\nb\"\n/*\n*/ c").pop();
        assert_eq!(last, Some(Token { line: 4, kind: Kind::Word("c".into()) }));
    }

    #[test]
    fn items_of_tests_are_taken_out() {
        let source = "#[cfg(test)] use a::{b}; c #[cfg(test)] mod d { e { f } } g";
        let kept = without_tests(&tokens(source));
        let words: Vec<_> = kept.iter().filter_map(Token::word).collect();
        // A `use` with braces ends at its brace; the rest of it is harmless.
        assert_eq!(words, ["c", "g"]);
    }

    #[test]
    fn broken_source_gives_something() {
        for source in ["\"", "r#\"", "'", "'\\", "/*", "b'", "1.", "é'é"] {
            tokens(source);
        }
    }
}
