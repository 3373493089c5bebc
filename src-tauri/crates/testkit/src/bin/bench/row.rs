//! One line of the table: what was measured, what the machine itself allows, and what was hoped for.

use serde_json::{Value, json};

/// A measured amount in its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    PerSecond(f64),
    Millis(f64),
    Micros(f64),
    MiB(f64),
    Bytes(f64),
    /// How many, of whatever the row counts.
    Count(f64),
}

impl Amount {
    pub fn number(self) -> f64 {
        match self {
            Amount::PerSecond(n)
            | Amount::Millis(n)
            | Amount::Micros(n)
            | Amount::MiB(n)
            | Amount::Bytes(n)
            | Amount::Count(n) => n,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Amount::PerSecond(_) => "/s",
            Amount::Millis(_) => "ms",
            Amount::Micros(_) => "µs",
            Amount::MiB(_) => "MiB",
            Amount::Bytes(_) => "B",
            Amount::Count(_) => "",
        }
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n = self.number();
        let digits = if n == 0.0 || n.abs() >= 100.0 { 0 } else { usize::from(n.abs() < 10.0) + 1 };
        let unit = self.unit();
        if unit.is_empty() { write!(f, "{n:.digits$}") } else { write!(f, "{n:.digits$} {unit}") }
    }
}

/// What a figure has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    AtLeast(Amount),
    AtMost(Amount),
    /// Of ours to the floor.
    RatioAtLeast(f64),
    RatioAtMost(f64),
}

impl std::fmt::Display for Goal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Goal::AtLeast(amount) => write!(f, "≥ {amount}"),
            Goal::AtMost(amount) => write!(f, "≤ {amount}"),
            Goal::RatioAtLeast(ratio) => write!(f, "≥ {ratio} × floor"),
            Goal::RatioAtMost(ratio) => write!(f, "≤ {ratio} × floor"),
        }
    }
}

/// A figure with its floor of the same run.
#[derive(Debug, Clone)]
pub struct Row {
    pub figure: String,
    pub ours: Amount,
    pub floor: Option<(Amount, &'static str)>,
    pub goals: Vec<Goal>,
}

impl Row {
    pub fn new(figure: impl Into<String>, ours: Amount) -> Self {
        Self { figure: figure.into(), ours, floor: None, goals: Vec::new() }
    }

    /// `what` says in a few words how the floor was measured.
    pub fn floor(mut self, amount: Amount, what: &'static str) -> Self {
        self.floor = Some((amount, what));
        self
    }

    /// Every goal given must be met.
    pub fn goal(mut self, goal: Goal) -> Self {
        self.goals.push(goal);
        self
    }

    pub fn ratio(&self) -> Option<f64> {
        let (floor, _) = self.floor?;
        (floor.number() > 0.0).then(|| self.ours.number() / floor.number())
    }

    /// None when nothing was hoped for.
    pub fn met(&self) -> Option<bool> {
        let one = |goal: &Goal| match *goal {
            Goal::AtLeast(least) => self.ours.number() >= least.number(),
            Goal::AtMost(most) => self.ours.number() <= most.number(),
            Goal::RatioAtLeast(least) => self.ratio().is_some_and(|r| r >= least),
            Goal::RatioAtMost(most) => self.ratio().is_some_and(|r| r <= most),
        };
        (!self.goals.is_empty()).then(|| self.goals.iter().all(one))
    }

    pub fn to_json(&self) -> Value {
        json!({
            "figure": self.figure, "ours": self.ours.number(), "unit": self.ours.unit(),
            "floor": self.floor.map(|(amount, _)| amount.number()), "floorIs": self.floor.map(|(_, what)| what),
            "ratio": self.ratio(), "goals": self.goals.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "met": self.met(),
        })
    }

    fn cells(&self) -> [String; 6] {
        let floor = self.floor.map(|(amount, what)| format!("{amount} ({what})"));
        let goals: Vec<_> = self.goals.iter().map(ToString::to_string).collect();
        let met = self.met().map(|met| if met { "met" } else { "missed" });
        [
            self.figure.clone(),
            self.ours.to_string(),
            floor.unwrap_or_else(|| "–".into()),
            self.ratio().map_or_else(|| "–".into(), |r| format!("{r:.2}")),
            if goals.is_empty() { "–".into() } else { goals.join(", ") },
            met.unwrap_or("–").into(),
        ]
    }
}

/// The rows as a Markdown table with aligned columns.
pub fn table(rows: &[Row]) -> String {
    let head = ["figure", "ours", "floor in the same run", "ratio", "goal", ""].map(str::to_owned);
    let cells: Vec<_> = rows.iter().map(Row::cells).collect();
    let mut widths = head.clone().map(|text| text.chars().count());
    for row in &cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String; 6]| {
        let padded = cells.iter().zip(widths).map(|(text, width)| format!("{text:width$}"));
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.map(|width| "-".repeat(width));
    [line(&head), line(&rule)].into_iter().chain(cells.iter().map(line)).collect()
}
