//! Fills a template in.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use protocol::fenced;
use serde::Serialize;

use super::PromptError;
use super::front_matter::Template;

/// Named values for a prompt. Give an empty text or list where there is nothing: leaving an input out is an error.
#[derive(Debug, Clone, Default)]
pub struct Inputs(BTreeMap<String, Value>);

impl Inputs {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.0.insert(name.to_owned(), Value::from(Serde(value)));
        self
    }
}

/// A prompt ready to send, and which one it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub id: String,
    pub version: u32,
    /// The system text, or the whole message of a prompt without a user part.
    pub system: String,
    pub user: Option<String>,
}

pub(super) fn render(template: &Template, inputs: Inputs) -> Result<Rendered, PromptError> {
    let id = template.about.id.clone();
    let declared = &template.about.inputs;
    if let Some(input) = declared.iter().find(|name| !inputs.0.contains_key(*name)) {
        return Err(PromptError::MissingInput { id, input: input.clone() });
    }
    if let Some(input) = inputs.0.keys().find(|name| !declared.contains(name)) {
        return Err(PromptError::ExtraInput { id, input: input.clone() });
    }
    let environment = environment();
    let fill = |text: &str| {
        let filled = environment.render_str(text, inputs.0.clone());
        filled.map(tidy).map_err(|error| PromptError::Render { id: id.clone(), why: error.to_string() })
    };
    let system = fill(&template.system)?;
    let user = template.user.as_deref().map(fill).transpose()?;
    Ok(Rendered { id: id.clone(), version: template.about.version, system, user })
}

/// The inputs a template asks for, or why it is no template.
pub(super) fn used_inputs(template: &Template) -> Result<BTreeSet<String>, String> {
    let environment = environment();
    let mut used = BTreeSet::new();
    for text in [Some(&template.system), template.user.as_ref()].into_iter().flatten() {
        let parsed = environment.template_from_str(text).map_err(|error| error.to_string())?;
        used.extend(parsed.undeclared_variables(false));
    }
    Ok(used)
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("fenced", |text: String| {
        fenced("", if text.trim().is_empty() { "(nothing)" } else { &text })
    });
    environment
}

/// Without the empty lines that conditions leave behind, outside fences only.
fn tidy(text: String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut fence: Option<String> = None;
    let mut empty = 0;
    for line in text.trim().lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if *open == line => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 && ticks == line => fence = Some(ticks),
            None => {}
        }
        empty = if line.trim().is_empty() && fence.is_none() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    #[test]
    fn text_cannot_break_out_of_its_fence_and_nothing_is_said_to_be_nothing() {
        let shown = |text: &str| environment().render_str("{{ text | fenced }}", context! { text }).unwrap();
        assert_eq!(shown("a\n```\nb"), "````\na\n```\nb\n````");
        assert_eq!(shown(" "), "```\n(nothing)\n```");
    }

    #[test]
    fn empty_lines_are_joined_outside_fences_only() {
        assert_eq!(tidy("a\n\n\n\nb\n```\n\n\n\nx\n```\n\n\nc".into()), "a\n\nb\n```\n\n\n\nx\n```\n\nc");
    }
}
