//! A letter: what it says, apart from how it is printed or mailed.

use std::fmt::Write as _;

/// A letter of a company, in the order in which it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// What it is about: the title of the paper and the subject of the e-mail.
    pub subject: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A part of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// The title of what follows.
    Heading(String),
    /// Running text.
    Paragraph(String),
    /// Data, each under its name.
    Fields(Vec<(String, String)>),
    /// Text whose line ends count, such as a key; it is never cut.
    Verbatim(String),
}

impl Letter {
    /// As plain text, for an e-mail: blocks apart by an empty line, a line feed at the end.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.subject);
        for block in &self.blocks {
            out.push('\n');
            match block {
                Block::Heading(text) => {
                    let _ = writeln!(out, "{}", text.to_uppercase());
                }
                Block::Paragraph(text) => {
                    let _ = writeln!(out, "{text}");
                }
                Block::Fields(fields) => {
                    for (name, value) in fields {
                        let _ = writeln!(out, "{name}: {value}");
                    }
                }
                Block::Verbatim(text) => {
                    let _ = writeln!(out, "{}", text.trim_end());
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_keeps_every_block_and_the_lines_of_a_key() {
        let letter = Letter {
            subject: "Pedido de acesso".into(),
            blocks: vec![
                Block::Paragraph("Prezados,".into()),
                Block::Heading("Conta".into()),
                Block::Fields(vec![
                    ("Agência".into(), "1500".into()),
                    ("Conta".into(), "1".into()),
                ]),
                Block::Verbatim("-----BEGIN-----\nabc\n-----END-----\n".into()),
            ],
        };
        assert_eq!(
            letter.text(),
            "Pedido de acesso\n\nPrezados,\n\nCONTA\n\nAgência: 1500\nConta: 1\n\n-----BEGIN-----\nabc\n-----END-----\n"
        );
    }
}
