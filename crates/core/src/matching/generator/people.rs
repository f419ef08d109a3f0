//! Invented people, and the dice that decide everything.

use crate::check_digit::weighted_sum;
use crate::money::Money;

/// SplitMix64: a number decides everything.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % (end.max(1) as u64)) as usize
    }

    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.next() % ((to - from).max(0) as u64 + 1)) as i64
    }

    pub(super) fn in_thousand(&mut self, cases: usize) -> bool {
        self.below(1_000) < cases
    }

    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const FIRST: [&str; 96] = [
    "Alessandra",
    "Alexandre",
    "Anderson",
    "André",
    "Ângela",
    "Arthur",
    "Bernardo",
    "Bianca",
    "Caio",
    "Carla",
    "Carolina",
    "Cecília",
    "César",
    "Cíntia",
    "Cristiane",
    "Davi",
    "Débora",
    "Denise",
    "Diego",
    "Douglas",
    "Elaine",
    "Elisa",
    "Emanuel",
    "Fábio",
    "Flávia",
    "Geraldo",
    "Giovana",
    "Gustavo",
    "Heitor",
    "Helena",
    "Henrique",
    "Igor",
    "Isabela",
    "Ivone",
    "Jorge",
    "Karina",
    "Leandro",
    "Leonardo",
    "Lorena",
    "Luana",
    "Marta",
    "Mateus",
    "Natália",
    "Otávio",
    "Priscila",
    "Renata",
    "Roberto",
    "Thiago",
    "Maria",
    "José",
    "Ana",
    "João",
    "Antônio",
    "Francisco",
    "Carlos",
    "Paulo",
    "Pedro",
    "Lucas",
    "Luiz",
    "Marcos",
    "Luís",
    "Gabriel",
    "Rafael",
    "Francisca",
    "Daniel",
    "Marcelo",
    "Bruno",
    "Eduardo",
    "Felipe",
    "Raimundo",
    "Rodrigo",
    "Manoel",
    "Adriana",
    "Juliana",
    "Márcia",
    "Fernanda",
    "Patrícia",
    "Aline",
    "Sandra",
    "Camila",
    "Amanda",
    "Bruna",
    "Jéssica",
    "Letícia",
    "Júlia",
    "Luciana",
    "Vanessa",
    "Mariana",
    "Gabriela",
    "Vera",
    "Vitória",
    "Larissa",
    "Cláudia",
    "Beatriz",
    "Rita",
    "Sônia",
];

const LAST: [&str; 96] = [
    "Abreu",
    "Aguiar",
    "Amaral",
    "Antunes",
    "Arruda",
    "Azevedo",
    "Barros",
    "Bastos",
    "Borges",
    "Braga",
    "Brito",
    "Bueno",
    "Caldeira",
    "Camargo",
    "Campos",
    "Cordeiro",
    "Couto",
    "Cunha",
    "Duarte",
    "Esteves",
    "Falcão",
    "Faria",
    "Fonseca",
    "Franco",
    "Furtado",
    "Garcia",
    "Godoy",
    "Leal",
    "Leite",
    "Macedo",
    "Magalhães",
    "Maia",
    "Matos",
    "Medeiros",
    "Melo",
    "Miranda",
    "Morais",
    "Neves",
    "Nogueira",
    "Pacheco",
    "Paiva",
    "Prado",
    "Rangel",
    "Reis",
    "Siqueira",
    "Tavares",
    "Toledo",
    "Xavier",
    "Silva",
    "Santos",
    "Oliveira",
    "Souza",
    "Rodrigues",
    "Ferreira",
    "Alves",
    "Pereira",
    "Lima",
    "Gomes",
    "Ribeiro",
    "Carvalho",
    "Almeida",
    "Lopes",
    "Soares",
    "Fernandes",
    "Vieira",
    "Barbosa",
    "Rocha",
    "Dias",
    "Nascimento",
    "Andrade",
    "Moreira",
    "Nunes",
    "Marques",
    "Machado",
    "Mendes",
    "Freitas",
    "Cardoso",
    "Ramos",
    "Gonçalves",
    "Santana",
    "Teixeira",
    "Araújo",
    "Castro",
    "Pinto",
    "Cavalcante",
    "Moura",
    "Batista",
    "Correia",
    "Monteiro",
    "Peixoto",
    "Figueiredo",
    "Queiroz",
    "Sampaio",
    "Bezerra",
    "Guimarães",
    "Assunção",
];

const TRADES: [&str; 24] = [
    "Padaria",
    "Mercado",
    "Oficina",
    "Farmácia",
    "Transportes",
    "Construtora",
    "Clínica",
    "Escola",
    "Papelaria",
    "Metalúrgica",
    "Confecções",
    "Restaurante",
    "Auto Peças",
    "Academia",
    "Móveis",
    "Informática",
    "Distribuidora",
    "Gráfica",
    "Serralheria",
    "Laticínios",
    "Calçados",
    "Óptica",
    "Floricultura",
    "Lavanderia",
];

const PLACES: [&str; 24] = [
    "Boa Vista",
    "Central",
    "São Jorge",
    "Primavera",
    "do Vale",
    "Três Irmãos",
    "Nova Era",
    "Santa Rita",
    "Bela Flor",
    "União",
    "Horizonte",
    "Estrela",
    "Ipê",
    "Pinheiros",
    "Serra Azul",
    "Águas Claras",
    "Paraíso",
    "Progresso",
    "Rio Verde",
    "Monte Alto",
    "Aliança",
    "Esperança",
    "Cruzeiro",
    "Beira Mar",
];

/// Prices that many have in common, in cents.
pub(super) const PRICES: [i64; 10] =
    [4_990, 9_990, 12_000, 15_000, 19_990, 25_000, 35_000, 50_000, 89_900, 120_000];

/// Somebody who owes.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) document: String,
    /// Pays the same amount each month.
    pub(super) monthly: Option<Money>,
}

impl Person {
    /// A person or company out of common names.
    pub(super) fn new(dice: &mut Dice) -> Self {
        let company = dice.in_thousand(350);
        let name = if company {
            let form = dice.one(&["Ltda", "ME", "Ltda ME", "S/A", "EIRELI"]);
            let owner = dice.one(&LAST);
            format!("{} {} {owner} {form}", dice.one(&TRADES), dice.one(&PLACES))
        } else {
            let mut name = dice.one(&FIRST).to_owned();
            if dice.in_thousand(300) {
                name = format!("{name} {}", dice.one(&FIRST));
            }
            for _ in 0..=dice.below(3) {
                let between = dice.one(&["", "", " da", " de", " dos"]);
                name = format!("{name}{between} {}", dice.one(&LAST));
            }
            name
        };
        let document = if company {
            let root = format!("{:08}000{}", dice.below(100_000_000), 1 + dice.below(3));
            with_digits(&root, 9)
        } else {
            let base = format!("{:09}", dice.below(1_000_000_000));
            with_digits(&base, 11)
        };
        let monthly = dice.in_thousand(350).then(|| Money::from_cents(dice.one(&PRICES)));
        Self { name, document, monthly }
    }
}

/// The base of a CPF or CNPJ with its two check digits.
fn with_digits(base: &str, highest_weight: u32) -> String {
    let mut document = base.to_owned();
    for _ in 0..2 {
        let remainder = weighted_sum(document.as_bytes(), highest_weight) % 11;
        let digit = if remainder < 2 { 0 } else { 11 - remainder };
        document.push_str(&digit.to_string());
    }
    document
}
