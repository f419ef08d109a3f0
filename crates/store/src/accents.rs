//! Names without accents, so that «joao» finds «João»: in SQL, and in what is looked for.

/// In lower case, without the accents of Portuguese, alike on both engines. SQLite knows the case of
/// ASCII only.
macro_rules! without_accents {
    ($text:literal) => {
        without_accents!(@ concat!("LOWER(", $text, ")"),
            "á" "a" "à" "a" "â" "a" "ã" "a" "é" "e" "ê" "e" "í" "i" "ó" "o" "ô" "o" "õ" "o"
            "ú" "u" "ü" "u" "ç" "c" "Á" "a" "À" "a" "Â" "a" "Ã" "a" "É" "e" "Ê" "e" "Í" "i"
            "Ó" "o" "Ô" "o" "Õ" "o" "Ú" "u" "Ü" "u" "Ç" "c")
    };
    (@ $text:expr, $from:literal $to:literal $($rest:literal)*) => {
        without_accents!(@ concat!("REPLACE(", $text, ", '", $from, "', '", $to, "')"), $($rest)*)
    };
    (@ $text:expr,) => { $text };
}

/// What a name that has the text in it is like (escaped with `!`), as [`without_accents`] makes names.
pub(crate) fn name_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in without_accents(text).chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// As the macro of the same name does.
pub(crate) fn without_accents(text: &str) -> String {
    let plain = |letter| match letter {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}
