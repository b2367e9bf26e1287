//! Figures as Markdown tables, for docs/speed.md.

/// Prints a table under a title.
pub fn print(title: &str, header: &[&str], rows: &[Vec<String>]) {
    println!("\n## {title}\n");
    println!("| {} |", header.join(" | "));
    println!("|{}", "---|".repeat(header.len()));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
}

/// Least, median and most of these figures.
pub fn spread(figures: &mut [f64], unit: &str) -> Vec<String> {
    figures.sort_by(f64::total_cmp);
    [figures[0], figures[figures.len() / 2], figures[figures.len() - 1]]
        .iter()
        .map(|figure| format!("{figure:.1} {unit}"))
        .collect()
}
