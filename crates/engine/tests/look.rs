//! A look at one line of a large account reads few boletos, and says what a look at all of them says.

mod invented;

use invented::Invented;
use quita_core::matching::generator::generate;
use quita_engine::desk::reconciliation;
use quita_store::testing::TestFolder;

#[test]
fn a_look_says_what_a_whole_run_would_suggest() {
    let world = generate(3, 4_000);
    let lines: Vec<_> = world.lines.iter().step_by(20).cloned().collect();
    let folder = TestFolder::new();
    let made = Invented::new(&folder, &world.receivables, &lines);
    // Bulk reads everything.
    let bulk = reconciliation::bulk(&made.world, &made.actor, 500_000).unwrap();
    let items: Vec<_> = bulk.items.iter().step_by(3).collect();
    assert!(items.len() > 40, "{}", items.len());
    let mut same = 0;
    for item in &items {
        let look = reconciliation::suggestions(&made.world, &made.actor, &item.line.id).unwrap();
        let first = look.suggestions.first();
        let found: Vec<&str> = first
            .map(|first| first.boletos.iter().map(|b| b.boleto_id.as_str()).collect())
            .unwrap_or_default();
        let expected: Vec<&str> = item.boletos.iter().map(|(id, _)| id.as_str()).collect();
        let near = first.is_some_and(|one| (one.confidence - item.confidence).abs() < 100_000);
        same += usize::from(found == expected && near);
    }
    let least = items.len() * 95 / 100;
    assert!(same >= least, "{same} of {}", items.len());
}
